package dev.sandpiper.blaxel.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.wire.MalformedStreamException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainOutputTest {
  private static @Nullable Output read(String line) {
    return PlainOutput.read(line.getBytes(UTF_8));
  }

  private static List<ProcessEvent> messages(String line) throws MalformedStreamException {
    List<ProcessEvent> events = new ArrayList<>();
    new StreamMessages("true", events::add).line(line.getBytes(UTF_8));
    return events;
  }

  @Test
  void textInAsciiIsReadWithItsEscapes() {
    assertThat(read("{\"type\":\"stdout\",\"data\":\"a line\\n\"}"))
        .isEqualTo(Output.of(Channel.STDOUT, "a line\n".getBytes(UTF_8)));
    assertThat(read("{\"type\":\"stderr\",\"data\":\"\\u0041\"}")).isNull();
    assertThat(read("{\"type\":\"stderr\",\"data\":\"x\\\"\\\\\\/\\b\\f\\n\\r\\t~\"}"))
        .isEqualTo(Output.of(Channel.STDERR, "x\"\\/\b\f\n\r\t~".getBytes(UTF_8)));
    assertThat(read("{\"type\":\"stdout\",\"data\":\"\"}"))
        .isEqualTo(Output.of(Channel.STDOUT, new byte[0]));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "{\"type\":\"stdout\",\"data\":\"",
        "{\"type\":\"stdout\",\"data\":\"}",
        "{\"type\":\"stdout\",\"data\":\"a\"",
        "{\"type\":\"stdout\",\"data\":\"a\\\"}", // the end is the text's
        "{\"type\":\"stdout\",\"data\":\"a\\x\"}",
        "{\"type\":\"stdout\",\"data\":\"a\\u000a\"}",
        "{\"type\":\"stdout\",\"data\":\"a\",\"more\":\"\"}",
        "{\"type\":\"stdout\",\"data\":\"a\tb\"}", // a control character, which JSON has not
        "{\"type\":\"stdout\",\"data\":\"\u00e4\"}",
        "{\"type\":\"result\",\"data\":\"a\"}",
        "{\"type\": \"stdout\",\"data\":\"a\"}",
        "{\"type\":\"stdout\",\"data\":\"[keepalive]\\n\"}",
        "{\"type\":\"stdout\",\"data\":\"\\n[Process is being forcefully killed]\\n\"}",
        "{\"type\":\"stdout\",\"data\":\"[output truncated: the stream fell behind]\\n\"}"
      })
  void everythingElseIsLeftToTheParser(String line) {
    assertThat(read(line)).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a line\\n", "", "\\\"quoted\\\"", "a\\/b", "tab\\there", "del\u007f"})
  void whatIsReadIsWhatTheParserReads(String text) throws MalformedStreamException {
    String line = "{\"type\":\"stdout\",\"data\":\"" + text + "\"}";

    // A blank is enough for the line to go the other way.
    assertThat(messages(line)).isEqualTo(messages(line.replace("\"type\":", "\"type\": ")));
  }
}
