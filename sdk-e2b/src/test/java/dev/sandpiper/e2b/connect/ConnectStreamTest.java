package dev.sandpiper.e2b.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.sandpiper.CancelledException;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.e2b.proto.ProcessProto.ConnectRequest;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessEvent;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessEvent.StartEvent;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessSelector;
import dev.sandpiper.e2b.proto.ProcessProto.StartResponse;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.Limits;
import dev.sandpiper.testing.Patience;
import dev.sandpiper.wire.ConnectCode;
import dev.sandpiper.wire.ConnectEnd;
import dev.sandpiper.wire.ConnectEnvelope;
import dev.sandpiper.wire.MalformedStreamException;
import dev.sandpiper.wire.MessageTooLongException;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import okhttp3.Headers;
import okio.Buffer;
import okio.ByteString;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Server streams by the rules that the Connect suite does not look at, or not alone. */
@Timeout(20)
class ConnectStreamTest {
  private static final String PROTO = "Content-Type: application/connect+proto";
  private static final Duration SHORT = Duration.ofMillis(200);

  /** A start event with the number 7 in its envelope, and the end of a stream that succeeded. */
  private static final String SEVEN = "0000000006" + "0a040a020807";

  private static final String END = "0200000002" + "7b7d";

  @RegisterExtension final ConnectPeer peer = new ConnectPeer();

  private ConnectStream<StartResponse> open(Codec codec) {
    ConnectClient client = peer.client(codec);
    return open(client, ConnectPeer.request(client));
  }

  private ConnectStream<StartResponse> open(ConnectClient client, HttpRequest request) {
    return client.stream(
        request,
        ConnectRequest.getDefaultInstance(),
        StartResponse.getDefaultInstance(),
        Function.identity(),
        peer);
  }

  private ConnectStream<StartResponse> stream(String hex) {
    answer(hex);
    return open(Codec.BINARY);
  }

  private void answer(String hex) {
    peer.answer(
        new MockResponse.Builder()
            .addHeader(PROTO)
            .chunkedBody(new Buffer().write(ByteString.decodeHex(hex)), 7)
            .build());
  }

  private static String end(String json) {
    ByteString payload = ByteString.encodeUtf8(json);
    return "02%08x".formatted(payload.size()) + payload.hex();
  }

  /** Reads the one message that comes first, and then what is wrong. */
  private @Nullable Throwable afterSeven(String rest) throws IOException {
    try (ConnectStream<StartResponse> stream = stream(SEVEN + rest)) {
      assertSeven(stream.next());
      return catchThrowable(stream::next);
    }
  }

  private static void assertSeven(@Nullable StartResponse message) {
    ProcessEvent seven =
        ProcessEvent.newBuilder().setStart(StartEvent.newBuilder().setPid(7)).build();
    assertThat(message).isEqualTo(StartResponse.newBuilder().setEvent(seven).build());
  }

  static List<Codec> codecs() {
    return List.of(Codec.BINARY, Codec.JSON);
  }

  @ParameterizedTest
  @MethodSource("codecs")
  void requestIsOneMessageInAnEnvelope(Codec codec) throws Exception {
    peer.answer(200, ByteString.decodeHex(END), "Content-Type: application/connect+" + codec);
    ConnectRequest message =
        ConnectRequest.newBuilder().setProcess(ProcessSelector.newBuilder().setPid(7)).build();
    ConnectClient client = peer.client(codec);
    try (var stream =
        client.stream(
            ConnectPeer.request(client),
            message,
            StartResponse.getDefaultInstance(),
            Function.identity(),
            peer)) {
      assertThat(stream.next()).isNull();
    }

    RecordedRequest request = peer.take();
    Headers headers = request.getHeaders();
    assertThat(headers.values("Content-Type")).containsExactly("application/connect+" + codec);
    assertThat(headers.values("Connect-Protocol-Version")).containsExactly("1");
    assertThat(headers.values("Accept-Encoding")).containsExactly("identity");
    assertThat(headers.names())
        .doesNotContain("Content-Encoding", "Connect-Accept-Encoding", "Connect-Content-Encoding");
    assertThat(request.getBody())
        .isEqualTo(ByteString.of(ConnectEnvelope.of(codec.encode(message))));
  }

  @Test
  void onlyItsOwnEndEndsAStream() throws Exception {
    try (ConnectStream<StartResponse> stream = stream(SEVEN + SEVEN + END)) {
      assertSeven(stream.next());
      assertSeven(stream.next());
      assertThat(stream.end()).isNull();
      assertThat(stream.next()).isNull();
      assertThat(stream.next()).isNull();
      stream.finish(CallScope.open().within(SHORT));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "02", "02000000", "0000000006", "00000000060a04", "02000000027b"})
  void bodyThatIsOverBeforeTheEndIsNoEnd(String rest) throws Exception {
    assertThat(afterSeven(rest)).isInstanceOf(EOFException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{}", "[]", "\"boom\"", "7", "{\"code\":\"CANCELED\"}", "{\"code\":null}"})
  void errorThatNamesNoCodeIsUnknown(String error) throws Exception {
    assertThat(afterSeven(end("{\"error\":" + error + "}"))).isInstanceOf(PlatformException.class);
    assertThat(peer.error().code()).isEqualTo(ConnectCode.UNKNOWN);
    assertThat(peer.error().explicit()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"error\":null}", "{\"metadata\":null}", "{\"news\":{}}"})
  void endWithoutAnErrorIsSuccess(String json) throws Exception {
    try (ConnectStream<StartResponse> stream = stream(end(json))) {
      assertThat(stream.next()).isNull();
    }
  }

  @Test
  void metadataIsTheTrailers() throws Exception {
    try (ConnectStream<StartResponse> stream =
        stream(end("{\"metadata\":{\"x-b\":[\"4\",\"3\"]}}"))) {
      assertThat(stream.next()).isNull();
      assertThat(stream.end())
          .isEqualTo(new ConnectEnd(Optional.empty(), Map.of("x-b", List.of("4", "3"))));
      assertThat(stream.headers().get("Content-Type")).isEqualTo("application/connect+proto");
    }
  }

  @Test
  void metadataComesWithAnErrorToo() throws Exception {
    String json = "{\"error\":{\"code\":\"aborted\"},\"metadata\":{\"x-b\":[\"4\",\"3\"]}}";

    assertThat(afterSeven(end(json))).isInstanceOf(PlatformException.class);
    assertThat(peer.error().code()).isEqualTo(ConnectCode.ABORTED);
    assertThat(peer.metadata()).isEqualTo(Map.of("x-b", List.of("4", "3")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"01", "03", "04", "06", "08", "10", "20", "40", "80", "82", "ff"})
  void flagsAreBitsAndOthersThanTheEndAreMalformed(String flags) throws Exception {
    assertThat(afterSeven(flags + END.substring(2))).isInstanceOf(MalformedStreamException.class);
  }

  @Test
  void messageOfZeroBytesIsAMessageInBinary() throws Exception {
    try (ConnectStream<StartResponse> stream = stream("0000000000" + END)) {
      assertThat(stream.next()).isEqualTo(StartResponse.getDefaultInstance());
      assertThat(stream.next()).isNull();
    }
  }

  @Test
  void messageOfZeroBytesIsNoneInJson() throws Exception {
    peer.answer(
        200, ByteString.decodeHex("0000000000" + END), "Content-Type: application/connect+json");
    try (ConnectStream<StartResponse> stream = open(Codec.JSON)) {
      assertThatThrownBy(stream::next).isInstanceOf(MalformedStreamException.class);
    }
  }

  /** Nothing follows the length: who waited for it, or made room for it, would not come to this. */
  @ParameterizedTest
  @CsvSource({
    "0000000041, 65 bytes",
    "0200000041, 65 bytes",
    "007fffffff, 2147483647 bytes",
    "0080000000, 2147483648 bytes",
    "00ffffffff, 4294967295 bytes"
  })
  void lengthIsUnsignedAndComparedBeforeAnythingIsRead(String prefix, String length)
      throws Exception {
    assertThat(afterSeven(prefix))
        .isInstanceOf(MessageTooLongException.class)
        .hasMessageContaining(length)
        .hasMessageContaining("64");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "null", "[]", "true", "\"end\"", "{", "{} {}"})
  void endThatIsNoObjectIsNoSuccess(String json) throws Exception {
    assertThat(afterSeven(end(json))).isInstanceOf(MalformedStreamException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"00", SEVEN, END, "0a"})
  void nothingMayFollowTheEnd(String more) throws Exception {
    try (ConnectStream<StartResponse> stream = stream(SEVEN + END + more)) {
      assertSeven(stream.next());
      assertThat(stream.next()).isNull();
      assertThatThrownBy(() -> stream.finish(CallScope.open().within(SHORT)))
          .isInstanceOf(MalformedStreamException.class)
          .hasMessage("bytes after the end-of-stream message");
    }
  }

  /** One byte after the other, each in time: of a goodbye that never ends. */
  @Test
  void goodbyeThatComesByDropsIsNotWaitedForForEver() throws Exception {
    peer.answer(peer.steady(PROTO, SEVEN + "0200000020", "20", SHORT.dividedBy(4)));
    try (ConnectStream<StartResponse> stream = open(Codec.BINARY)) {
      assertSeven(stream.next());
      assertThatThrownBy(() -> stream.finish(CallScope.open().within(SHORT)))
          .isInstanceOf(DeadlineExceededException.class);
    }
  }

  /** To see that nothing follows takes a read, which a server that never closes would block. */
  @Test
  void serverThatDoesNotCloseIsNotWaitedForForEver() throws Exception {
    peer.answer(peer.steady(PROTO, SEVEN + END, "", SHORT.multipliedBy(10)));
    try (ConnectStream<StartResponse> stream = open(Codec.BINARY)) {
      assertSeven(stream.next());
      assertThat(stream.next()).isNull();
      assertThatThrownBy(() -> stream.finish(CallScope.open().within(SHORT)))
          .isInstanceOf(DeadlineExceededException.class);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "application/connect+json, INTERNAL",
    "application/proto, UNKNOWN",
    "application/json, UNKNOWN",
    "text/html, UNKNOWN"
  })
  void streamOfAnotherTypeIsNotRead(String type, ConnectCode code) {
    peer.answer(200, ByteString.decodeHex(SEVEN + END), "Content-Type: " + type);

    assertThatThrownBy(() -> open(Codec.BINARY)).isInstanceOf(PlatformException.class);
    assertThat(peer.error().code()).isEqualTo(code);
    assertThat(peer.status()).isEqualTo(200);
  }

  @Test
  void streamInAnEncodingThatWasNotOfferedIsNotRead() {
    peer.answer(200, ByteString.decodeHex(SEVEN + END), PROTO, "Connect-Content-Encoding: gzip");

    assertThatThrownBy(() -> open(Codec.BINARY)).isInstanceOf(PlatformException.class);
    assertThat(peer.error().code()).isEqualTo(ConnectCode.INTERNAL);
  }

  @ParameterizedTest
  @CsvSource({"201, UNKNOWN", "404, UNIMPLEMENTED", "503, UNAVAILABLE", "500, UNKNOWN"})
  void bodyOfAnyOtherStatusIsNoStream(int status, ConnectCode code) {
    peer.answer(status, ByteString.decodeHex(SEVEN + END), PROTO, "Retry-After: 0");

    assertThatThrownBy(() -> open(Codec.BINARY)).isInstanceOf(PlatformException.class);
    assertThat(peer.error().code()).isEqualTo(code);
    assertThat(peer.status()).isEqualTo(status);
    assertThat(peer.requests()).isEqualTo(1);
  }

  @Test
  void errorOfAnotherStatusIsJsonAsInAUnaryAnswer() {
    peer.answer(401, "{\"code\":\"not_found\"}", "Content-Type: application/json");

    assertThatThrownBy(() -> open(Codec.BINARY)).isInstanceOf(PlatformException.class);
    assertThat(peer.error().code()).isEqualTo(ConnectCode.NOT_FOUND);
  }

  /** Each message comes long before any limit on silence. */
  @Test
  void limitCoversTheWholeStreamThoughMessagesKeepComing() {
    peer.answer(peer.steady(PROTO, "", SEVEN, Duration.ofMillis(20)));
    ConnectClient client = peer.client(Codec.BINARY);
    HttpRequest request = ConnectPeer.request(client).within(SHORT);
    try (ConnectStream<StartResponse> stream = open(client, request)) {
      assertThatThrownBy(() -> readAll(stream)).isInstanceOf(DeadlineExceededException.class);
    }
  }

  /** A garbled length may fit, and keep-alives fill it up for hours. */
  @Test
  void aMessageThatIsNotWholeInTimeIsGivenUp() throws Exception {
    String header = "0000000040";
    peer.answer(peer.steady(PROTO, SEVEN + header, "00", SHORT.dividedBy(10)));
    ConnectClient client = peer.client(Codec.BINARY, Limits.standard().withResponse(SHORT));
    try (ConnectStream<StartResponse> stream = open(client, ConnectPeer.request(client))) {
      assertSeven(stream.next());
      assertThatThrownBy(stream::next)
          .isInstanceOf(DeadlineExceededException.class)
          .hasMessageContaining("response limit");
    }
  }

  /** Each is whole when it comes. */
  @Test
  void messagesThatComeSeldomAreWaitedFor() throws Exception {
    peer.answer(peer.steady(PROTO, SEVEN, SEVEN, SHORT.multipliedBy(2)));
    ConnectClient client = peer.client(Codec.BINARY, Limits.standard().withResponse(SHORT));
    try (ConnectStream<StartResponse> stream = open(client, ConnectPeer.request(client))) {
      assertSeven(stream.next());
      assertSeven(stream.next());
      assertSeven(stream.next());
    }
  }

  private static void readAll(ConnectStream<StartResponse> stream) throws IOException {
    StartResponse message;
    while ((message = stream.next()) != null) {
      assertSeven(message);
    }
  }

  @Test
  void afterACancelNothingIsDeliveredThoughItHasArrived() throws Exception {
    try (ConnectStream<StartResponse> stream = stream(SEVEN + SEVEN + END)) {
      assertSeven(stream.next());
      stream.cancel();

      assertThatThrownBy(stream::next).isInstanceOf(CancelledException.class);
      assertThatThrownBy(stream::next).isInstanceOf(CancelledException.class);
    }
  }

  @Test
  void cancelFreesABlockedReaderAndIsTheReason() throws Exception {
    peer.answer(peer.steady(PROTO, SEVEN, "", Duration.ofSeconds(30)));
    try (ConnectStream<StartResponse> stream = open(Codec.BINARY)) {
      assertSeven(stream.next());
      CompletableFuture<Throwable> failure = new CompletableFuture<>();
      Thread reader = new Thread(() -> failure.complete(catchThrowable(stream::next)));
      reader.start();
      Patience.untilItReads(reader);
      stream.cancel();

      assertThat(failure.get(5, TimeUnit.SECONDS)).isInstanceOf(CancelledException.class);
      reader.join();
    }
  }

  @Test
  void cancelBeforeTheHeadIsTheReasonToo() {
    peer.answer(new MockResponse.Builder().headersDelay(30, TimeUnit.SECONDS).build());
    CallScope cancellation = CallScope.open();
    ConnectClient client = peer.client(Codec.BINARY);
    HttpRequest request = ConnectPeer.request(client).in(cancellation).unlimited();
    Thread caller = Thread.currentThread();
    Thread canceller =
        new Thread(
            () -> {
              Patience.untilItReads(caller);
              cancellation.cancel();
            });
    canceller.start();

    assertThatThrownBy(() -> open(client, request)).isInstanceOf(CancelledException.class);
  }
}
