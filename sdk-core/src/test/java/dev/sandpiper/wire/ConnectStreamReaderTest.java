package dev.sandpiper.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import okio.Buffer;
import okio.Okio;
import okio.Source;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectStreamReaderTest {
  private static final int BOUND = 64;

  @Test
  void messagesComeInOrderUntilTheEnd() throws Exception {
    var reader = reader(envelope(0, "first"), envelope(0, "second"), envelope(2, "{}"));

    assertThat(reader.nextMessage()).asString(UTF_8).isEqualTo("first");
    assertThat(reader.nextMessage()).asString(UTF_8).isEqualTo("second");
    assertThat(reader.end()).isNull();
    assertThat(reader.nextMessage()).isNull();
    assertThat(reader.end()).isEqualTo(new ConnectEnd(Optional.empty(), Map.of()));
  }

  @Test
  void theEndStaysTheEnd() throws Exception {
    var reader = reader(envelope(2, "{}"), envelope(0, "late"));

    assertThat(reader.nextMessage()).isNull();
    assertThat(reader.nextMessage()).isNull();
  }

  @Test
  void messageOfZeroBytesIsAMessage() throws Exception {
    var reader = reader(envelope(0, ""), envelope(2, "{}"));

    assertThat(reader.nextMessage()).isNotNull().isEmpty();
    assertThat(reader.nextMessage()).isNull();
  }

  @Test
  void messageIsBytesAndNotText() throws Exception {
    var reader =
        reader(new Buffer().write(new byte[] {0, 0, 0, 0, 3, (byte) 0xff, 0, (byte) 0x80}));

    assertThat(reader.nextMessage()).containsExactly(0xff, 0, 0x80);
  }

  @Test
  void bodyOverBetweenTwoEnvelopesIsNoEnd() throws Exception {
    var reader = reader(envelope(0, "started"));

    assertThat(reader.nextMessage()).asString(UTF_8).isEqualTo("started");
    assertThatThrownBy(reader::nextMessage).isInstanceOf(EOFException.class);
    assertThat(reader.end()).isNull();
  }

  @Test
  void bodyOverInsideThePrefixIsNoEnd() throws Exception {
    var reader = reader(envelope(0, "started"), new Buffer().write(new byte[] {2, 0, 0}));

    assertThat(reader.nextMessage()).asString(UTF_8).isEqualTo("started");
    assertThatThrownBy(reader::nextMessage).isInstanceOf(EOFException.class);
  }

  @Test
  void bodyOverInsideAMessageIsNoEnd() throws Exception {
    var reader =
        reader(envelope(0, "started"), new Buffer().write(new byte[] {2, 0, 0, 0, 2, '{'}));

    assertThat(reader.nextMessage()).asString(UTF_8).isEqualTo("started");
    assertThatThrownBy(reader::nextMessage).isInstanceOf(EOFException.class);
  }

  @Test
  void emptyBodyIsNoEnd() {
    assertThatThrownBy(reader()::nextMessage).isInstanceOf(EOFException.class);
  }

  @Test
  void streamFedByteByByteReadsTheSame() throws Exception {
    Source slow = new OneByteAtATime(conversation());

    assertThat(messages(slow)).containsExactly("hello", "", "w\u00f6rld");
  }

  @Test
  void streamCutAnywhereIsNeverAShorterSuccess() throws Exception {
    List<String> all = List.of("hello", "", "w\u00f6rld");
    byte[] whole = conversation().readByteArray();
    for (int cut = 0; cut < whole.length; cut++) {
      var reader = new ConnectStreamReader(new Buffer().write(whole, 0, cut), BOUND);
      List<String> arrived = new ArrayList<>();

      assertThatThrownBy(() -> collect(reader, arrived))
          .describedAs("cut at %d", cut)
          .isInstanceOf(EOFException.class);
      assertThat(arrived).isEqualTo(all.subList(0, arrived.size()));
      assertThat(reader.end()).isNull();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 8, 16, 32, 64, 128, 6, 255})
  void unknownFlagsAreMalformed(int flags) {
    assertThatThrownBy(reader(envelope(flags, "{}"))::nextMessage)
        .isInstanceOf(MalformedStreamException.class)
        .hasMessageContaining("flags: " + flags);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void compressedEnvelopeIsMalformedBecauseNothingWasOffered(int flags) {
    assertThatThrownBy(reader(envelope(flags, "{}"))::nextMessage)
        .isInstanceOf(MalformedStreamException.class)
        .hasMessageContaining("compressed");
  }

  @Test
  void messageOfExactlyTheBoundIsRead() throws Exception {
    var reader = reader(envelope(0, "x".repeat(BOUND)));

    assertThat(reader.nextMessage()).hasSize(BOUND);
  }

  @Test
  void messageAboveTheBoundIsRefusedBeforeItArrives() {
    var reader = reader(new Buffer().writeByte(0).writeInt(BOUND + 1));

    assertThatThrownBy(reader::nextMessage)
        .isInstanceOf(MessageTooLongException.class)
        .hasMessageContaining("65 bytes")
        .hasMessageContaining("64");
  }

  @Test
  void lengthIsUnsigned() {
    var reader = reader(new Buffer().writeByte(0).writeInt(-1));

    assertThatThrownBy(reader::nextMessage)
        .isInstanceOf(MessageTooLongException.class)
        .hasMessageContaining("4294967295 bytes");
  }

  @Test
  void endAboveTheBoundIsRefusedToo() {
    var reader = reader(new Buffer().writeByte(2).writeInt(Integer.MIN_VALUE));

    assertThatThrownBy(reader::nextMessage)
        .isInstanceOf(MessageTooLongException.class)
        .hasMessageContaining("2147483648 bytes");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "null", "[]", "true", "\"end\"", "{", "{} {}", "end", "{}]"})
  void endThatIsNotOneJsonObjectIsNoSuccess(String payload) {
    var reader = reader(envelope(2, payload));

    assertThatThrownBy(reader::nextMessage).isInstanceOf(MalformedStreamException.class);
    assertThat(reader.end()).isNull();
  }

  @Test
  void malformedEndIsNotQuoted() {
    assertThatThrownBy(reader(envelope(2, "{\"token\": s3cret"))::nextMessage)
        .isInstanceOf(MalformedStreamException.class)
        .hasMessageNotContaining("s3cret")
        .hasNoCause();
  }

  @Test
  void endNestedBeyondReasonIsMalformed() {
    byte[] deep = ("{\"error\":" + "[".repeat(5_000)).getBytes(UTF_8);
    var reader = new ConnectStreamReader(envelope(2, deep), 10_000);

    assertThatThrownBy(reader::nextMessage).isInstanceOf(MalformedStreamException.class);
  }

  @Test
  void errorNullIsSuccess() throws Exception {
    assertThat(end("{\"error\": null}").error()).isEmpty();
  }

  @Test
  void unknownFieldsOfTheEndMeanNothing() throws Exception {
    assertThat(end("{\"err\": {\"code\": \"aborted\"}}").error()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "\"boom\"",
        "7",
        "false",
        "{\"code\": \"CANCELED\"}",
        "{\"code\": \"oops\"}",
        "{\"code\": null}",
        "{\"code\": 5}"
      })
  void errorWithoutAKnownCodeIsAnErrorOfCodeUnknown(String error) throws Exception {
    ConnectError failure = end("{\"error\": " + error + "}").error().orElseThrow();

    assertThat(failure.code()).isEqualTo(ConnectCode.UNKNOWN);
    assertThat(failure.explicit()).isFalse();
  }

  @Test
  void errorInTheEndIsThatError() throws Exception {
    ConnectError error =
        end("{\"error\": {\"code\": \"not_found\", \"message\": \"no pid 7\"}}")
            .error()
            .orElseThrow();

    assertThat(error)
        .isEqualTo(new ConnectError(ConnectCode.NOT_FOUND, "no pid 7", List.of(), true));
  }

  @Test
  void metadataIsTheTrailersWithAllTheirValues() throws Exception {
    ConnectEnd end = end("{\"metadata\": {\"a\": [\"1\", \"2\"], \"b\": [], \"c\": [\"\"]}}");

    assertThat(end.trailers())
        .isEqualTo(Map.of("a", List.of("1", "2"), "b", List.of(), "c", List.of("")));
  }

  @Test
  void metadataComesWithAnErrorToo() throws Exception {
    ConnectEnd end = end("{\"error\": {}, \"metadata\": {\"a\": [\"1\"]}}");

    assertThat(end.error()).isPresent();
    assertThat(end.trailers()).containsEntry("a", List.of("1"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "[]", "\"x\"", "3"})
  void metadataThatIsNoObjectIsNone(String metadata) throws Exception {
    assertThat(end("{\"metadata\": " + metadata + "}").trailers()).isEmpty();
  }

  @Test
  void nothingMayFollowTheEnd() throws Exception {
    var reader = reader(envelope(2, "{}"), new Buffer().writeByte(0));
    assertThat(reader.nextMessage()).isNull();

    assertThatThrownBy(reader::expectNothingMore)
        .isInstanceOf(MalformedStreamException.class)
        .hasMessageContaining("after the end");
  }

  @Test
  void bodyOverAfterTheEndIsAsItShouldBe() throws Exception {
    Buffer body = envelope(2, "{}");
    var reader = reader(body);
    assertThat(reader.nextMessage()).isNull();

    reader.expectNothingMore();
    assertThat(body.exhausted()).isTrue();
  }

  @Test
  void envelopeThatWeWriteIsOneThatWeRead() throws Exception {
    byte[] written = ConnectEnvelope.of("{\"pid\":7}".getBytes(UTF_8));
    var reader = reader(new Buffer().write(written));

    assertThat(written).startsWith(0, 0, 0, 0, 9);
    assertThat(reader.nextMessage()).asString(UTF_8).isEqualTo("{\"pid\":7}");
  }

  private static Buffer conversation() {
    Buffer body = new Buffer();
    body.write(envelope(0, "hello").readByteString());
    body.write(envelope(0, "").readByteString());
    body.write(envelope(0, "w\u00f6rld").readByteString());
    body.write(envelope(2, "{\"metadata\":{\"a\":[\"1\"]}}").readByteString());
    return body;
  }

  private static List<String> messages(Source source) throws IOException {
    List<String> messages = new ArrayList<>();
    collect(new ConnectStreamReader(Okio.buffer(source), BOUND), messages);
    return messages;
  }

  private static void collect(ConnectStreamReader reader, List<String> messages)
      throws IOException {
    byte[] message;
    while ((message = reader.nextMessage()) != null) {
      messages.add(new String(message, UTF_8));
    }
  }

  private static ConnectEnd end(String payload) throws IOException {
    var reader = new ConnectStreamReader(envelope(2, payload), 1024);
    assertThat(reader.nextMessage()).isNull();
    return requireNonNull(reader.end());
  }

  private static ConnectStreamReader reader(Buffer... parts) {
    Buffer body = new Buffer();
    for (Buffer part : parts) {
      body.write(part.readByteString());
    }
    return new ConnectStreamReader(body, BOUND);
  }

  private static Buffer envelope(int flags, String payload) {
    return envelope(flags, payload.getBytes(UTF_8));
  }

  private static Buffer envelope(int flags, byte[] payload) {
    return new Buffer().writeByte(flags).writeInt(payload.length).write(payload);
  }
}
