package dev.sandpiper.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import okio.Buffer;
import okio.Okio;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonLinesReaderTest {
  private static final int BOUND = 20;

  private static JsonLinesReader reader(String body) {
    return new JsonLinesReader(new Buffer().writeUtf8(body), BOUND);
  }

  @Test
  void linesComeInOrderUntilTheBodyEnds() throws Exception {
    var reader = reader("{\"a\":1}\n{\"b\":2}\n");

    assertThat(reader.nextLine()).asString(UTF_8).isEqualTo("{\"a\":1}");
    assertThat(reader.nextLine()).asString(UTF_8).isEqualTo("{\"b\":2}");
    assertThat(reader.nextLine()).isNull();
    assertThat(reader.nextLine()).isNull();
  }

  @Test
  void blankLinesAndCarriageReturnsMeanNothing() throws Exception {
    var reader = reader("\n \t\n{}\r\n\r\n{}\n\n");

    assertThat(reader.nextLine()).asString(UTF_8).isEqualTo("{}");
    assertThat(reader.nextLine()).asString(UTF_8).isEqualTo("{}");
    assertThat(reader.nextLine()).isNull();
  }

  @Test
  void anEmptyBodyHasNoLines() throws Exception {
    assertThat(reader("").nextLine()).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{", "{}\r"})
  void aBodyThatEndsInsideALineWasCut(String rest) throws Exception {
    var reader = reader("{\"a\":1}\n" + rest);
    reader.nextLine();
    assertThatThrownBy(reader::nextLine).isInstanceOf(EOFException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r\n"})
  void aLineMayBeAsLongAsTheBound(String end) throws Exception {
    assertThat(reader("x".repeat(BOUND) + end).nextLine()).hasSize(BOUND);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r\n", ""})
  void aLineAboveTheBoundIsMalformed(String end) {
    assertThatThrownBy(() -> reader("x".repeat(BOUND + 2) + end).nextLine())
        .isInstanceOf(MalformedStreamException.class)
        .hasMessageContaining("exceeds the limit of 20 bytes");
  }

  @Test
  void anEndlessLineIsGivenUpAtTheBound() {
    Buffer endless = new Buffer();
    var source =
        Okio.buffer(
            new okio.ForwardingSource(new Buffer()) {
              @Override
              public long read(Buffer sink, long byteCount) {
                endless.writeUtf8("x");
                sink.writeUtf8("x");
                return 1;
              }
            });
    assertThatThrownBy(() -> new JsonLinesReader(source, BOUND).nextLine())
        .isInstanceOf(MalformedStreamException.class);
    assertThat(endless.size()).isLessThanOrEqualTo(BOUND + 2);
  }

  @Test
  void aSlowPeerMakesNoDifference() throws IOException {
    Buffer body = new Buffer().writeUtf8("{\"a\":1}\r\n\n{\"b\":2}\n");
    var reader = new JsonLinesReader(Okio.buffer(new OneByteAtATime(body)), BOUND);

    assertThat(reader.nextLine()).asString(UTF_8).isEqualTo("{\"a\":1}");
    assertThat(reader.nextLine()).asString(UTF_8).isEqualTo("{\"b\":2}");
    assertThat(reader.nextLine()).isNull();
  }
}
