package dev.sandpiper.e2b.process;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.e2b.connect.Codec;
import dev.sandpiper.e2b.process.ProcessMessage.Ignored;
import dev.sandpiper.e2b.process.ProcessMessage.Reported;
import dev.sandpiper.e2b.process.ProcessMessage.Started;
import dev.sandpiper.e2b.proto.ProcessProto.StartResponse;
import dev.sandpiper.wire.MalformedStreamException;
import java.io.EOFException;
import java.io.IOException;
import okio.Buffer;
import okio.ByteString;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessMessagesTest {
  private static ProcessMessage read(Codec codec, byte[] message) throws IOException {
    Buffer source = new Buffer().write(message).writeUtf8("next");
    ProcessMessage read =
        new ProcessMessages<>(codec, StartResponse.getDefaultInstance(), StartResponse::getEvent)
            .read(source, message.length);
    assertThat(source.readUtf8()).isEqualTo("next");
    return read;
  }

  private static byte[] hex(String hex) {
    return ByteString.decodeHex(hex.replace(" ", "")).toByteArray();
  }

  private static @Nullable Output binaryInPlace(String hex) throws IOException {
    byte[] message = hex(hex);
    Buffer source = new Buffer().write(message).writeUtf8("next");
    Output output = BinaryOutput.read(source, message.length);
    assertThat(source.size()).isEqualTo(4 + (output == null ? message.length : 0));
    return output;
  }

  private static Output output(Channel channel, String text) {
    return Output.of(channel, text.getBytes(UTF_8));
  }

  @ParameterizedTest
  @CsvSource({"0a, STDOUT", "12, STDERR", "1a, TERMINAL"})
  void binaryOutputIsReadWhereItStands(String tag, Channel channel) throws IOException {
    assertThat(binaryInPlace("0a06 1204 " + tag + "02 6869")).isEqualTo(output(channel, "hi"));
    assertThat(binaryInPlace("0a04 1202 " + tag + "00")).isEqualTo(output(channel, ""));
    // Lengths may be written longer than they need.
    assertThat(binaryInPlace("0a8980808000 1284808000" + tag + "8100 68"))
        .isEqualTo(output(channel, "h"));
  }

  @Test
  void aLongOutputIsReadWhereItStands() throws IOException {
    byte[] bytes = "0123456789abcdef".repeat(10_000).getBytes(US_ASCII);
    Buffer message = new Buffer().write(hex("0a88e209 1284e209 0a80e209")).write(bytes);

    assertThat(read(Codec.BINARY, message.readByteArray()))
        .isEqualTo(new Reported(Output.of(Channel.STDOUT, bytes)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", // no event
        "0a00", // an event of no kind
        "0a02 1200", // data of no channel
        "0a04 0a02 0807", // the start
        "0a02 2200", // a keep-alive
        "0a08 1204 0a02 6869 2200", // a keep-alive behind it
        "0a06 1204 0a02 6869 1000", // something unknown behind it
        "0a09 1207 0a01 68 0a02 6869", // twice
        "0a05 1203 2201 68", // a channel that is unknown
        "0a06 1204 0a03 6869", // longer than what is around it
        "0a86808080808000 1204 0a02 6869", // a length of too many bytes
        "0a",
        "0a06",
        "0a06 12",
        "0a06 1204",
        "0a0212",
        "0a03 1201 0a",
        "0a04 1202 0aff"
      })
  void whatElseComesInBinaryIsLeftToTheCodec(String hex) throws IOException {
    assertThat(binaryInPlace(hex)).isNull();
  }

  @ParameterizedTest
  @CsvSource({"stdout, STDOUT", "stderr, STDERR", "pty, TERMINAL"})
  void jsonOutputIsReadWithoutATree(String name, Channel channel) {
    String plain = "{\"event\":{\"data\":{\"" + name + "\":\"aGk=\"}}}";
    for (String message :
        new String[] {plain, plain.replace(":", ": "), plain.replace("}", " }"), " " + plain}) {
      assertThat(JsonOutput.read(message.getBytes(UTF_8))).isEqualTo(output(channel, "hi"));
    }
    assertThat(JsonOutput.read(plain.replace("aGk=", "").getBytes(UTF_8)))
        .isEqualTo(output(channel, ""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "{}",
        "{\"event\":{\"data\":{\"stdout\":\"",
        "{\"event\":{\"data\":{\"stdout\":\"}}}",
        "{\"event\":{\"data\":{\"stdout\":null}}}",
        "{\"event\":{\"data\":{\"stdout\":\"aG\\u006b=\"}}}", // an escape
        "{\"event\":{\"data\":{\"stdout\":\"-_-_\"}}}", // the other alphabet
        "{\"event\":{\"data\":{\"stdout\":\"aGk\"}}", // no end
        "{\"event\":{\"data\":{\"stdout\":\"aGk\"}}} 1",
        "{\"event\":{\"data\":{\"stdout\":\"aGk\",\"stderr\":\"aGk\"}}}",
        "{\"event\":{\"data\":{\"stdout\":\"aGk\"}},\"more\":\"\"}",
        "{\"event\":{\"keepalive\":{}}}",
        "{\"event\":{\"data\":{\"other\":\"aGk\"}}}"
      })
  void whatElseComesInJsonIsLeftToTheCodec(String message) {
    assertThat(JsonOutput.read(message.getBytes(UTF_8))).isNull();
  }

  @Test
  void everythingElseIsReadByTheCodec() throws IOException {
    assertThat(read(Codec.BINARY, hex("0a04 0a02 0807"))).isEqualTo(new Started(7));
    assertThat(read(Codec.BINARY, hex("0a02 2200"))).isEqualTo(Ignored.IGNORED);
    assertThat(read(Codec.BINARY, hex("0a08 1204 0a02 6869 2200"))).isEqualTo(Ignored.IGNORED);
    assertThat(read(Codec.JSON, "{\"event\":{\"data\":{\"stdout\":\"-_-_\"}}}".getBytes(UTF_8)))
        .isEqualTo(new Reported(Output.of(Channel.STDOUT, hex("fbffbf"))));
    assertThatThrownBy(() -> read(Codec.BINARY, hex("0a06 1204 0a03 6869")))
        .isInstanceOf(MalformedStreamException.class);
  }

  @Test
  void aBodyThatEndsInsideAnOutputIsCut() {
    Buffer source = new Buffer().write(hex("0a06 1204 0a02 68"));

    assertThatThrownBy(() -> BinaryOutput.read(source, 8)).isInstanceOf(EOFException.class);
  }
}
