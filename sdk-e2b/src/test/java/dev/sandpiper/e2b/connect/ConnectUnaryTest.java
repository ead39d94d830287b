package dev.sandpiper.e2b.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sandpiper.CancelledException;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.PlatformException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.e2b.envd.EnvdErrors;
import dev.sandpiper.e2b.proto.ProcessProto.ListRequest;
import dev.sandpiper.e2b.proto.ProcessProto.ListResponse;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessInfo;
import dev.sandpiper.e2b.proto.ProcessProto.SendSignalRequest;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.wire.ConnectCode;
import dev.sandpiper.wire.ConnectError;
import dev.sandpiper.wire.ConnectError.Detail;
import dev.sandpiper.wire.MalformedStreamException;
import dev.sandpiper.wire.MessageTooLongException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import okhttp3.Headers;
import okio.ByteString;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Unary calls by the rules of the Connect protocol that its own suite does not look at, or not
 * alone.
 */
@Timeout(20)
class ConnectUnaryTest {
  private static final String PROTO = "Content-Type: application/proto";
  private static final String JSON = "Content-Type: application/json";

  @RegisterExtension final ConnectPeer peer = new ConnectPeer();

  private ConnectAnswer<ListResponse> call(Codec codec) {
    ConnectClient client = peer.client(codec);
    return call(client, ConnectPeer.request(client));
  }

  private ConnectAnswer<ListResponse> call(ConnectClient client, HttpRequest request) {
    return client.unary(
        request, ListRequest.getDefaultInstance(), ListResponse.getDefaultInstance(), peer);
  }

  /** The protocol's error for the answer that was prepared. */
  private ConnectError refused(Codec codec) {
    assertThatThrownBy(() -> call(codec)).isInstanceOf(PlatformException.class);
    assertThat(peer.requests()).isEqualTo(1);
    return peer.error();
  }

  private @Nullable Throwable malformed(Codec codec) {
    WireFormatException e = catchThrowableOfType(WireFormatException.class, () -> call(codec));
    assertThat(e).isNotNull().hasCauseInstanceOf(MalformedStreamException.class);
    return e.getCause();
  }

  static List<Codec> codecs() {
    return List.of(Codec.BINARY, Codec.JSON);
  }

  @ParameterizedTest
  @MethodSource("codecs")
  void requestSaysExactlyWhatTheProtocolAsksFor(Codec codec) throws Exception {
    peer.answer(
        200,
        ByteString.of(codec.encode(ListResponse.getDefaultInstance())),
        "Content-Type: " + codec.unaryType());
    SendSignalRequest message = SendSignalRequest.newBuilder().setSignalValue(9).build();
    ConnectClient client = peer.client(codec);
    client.unary(ConnectPeer.request(client), message, ListResponse.getDefaultInstance(), peer);

    RecordedRequest request = peer.take();
    Headers headers = request.getHeaders();
    assertThat(request.getRequestLine()).isEqualTo("POST /a.Service/Method HTTP/1.1");
    assertThat(headers.values("Content-Type")).containsExactly("application/" + codec);
    assertThat(headers.values("Connect-Protocol-Version")).containsExactly("1");
    assertThat(headers.values("Accept-Encoding")).containsExactly("identity");
    assertThat(headers.names())
        .doesNotContain(
            "Content-Encoding",
            "Connect-Accept-Encoding",
            "Connect-Content-Encoding",
            "Connect-Timeout-Ms",
            "TE");
    assertThat(request.getBody()).isEqualTo(ByteString.of(codec.encode(message)));
  }

  @ParameterizedTest
  @CsvSource({
    "PT0.001S, 1",
    "PT1.9999S, 1999",
    "PT2777H46M39.999S, 9999999999",
    "PT2777H46M40S,",
    "PT0.000999S,",
    "PT0S,",
    "PT-1S,",
    "PT2562047788015215H,"
  })
  void timeoutIsWholeMillisecondsInTenDigitsOrUnsaid(
      Duration timeout, @Nullable String milliseconds) {
    HttpRequest request = ConnectPeer.request(peer.client(Codec.BINARY));

    assertThat(ConnectClient.telling(timeout, request).headers().get("Connect-Timeout-Ms"))
        .isEqualTo(milliseconds);
  }

  @Test
  void repeatedRequestHeaderIsSeveralLines() throws Exception {
    peer.answer(200, "", PROTO);
    ConnectClient client = peer.client(Codec.BINARY);
    HttpRequest request = ConnectPeer.request(client);
    Headers headers = request.headers().newBuilder().add("X-A", "2").add("X-A", "1").build();
    call(client, request.withHeaders(headers));

    assertThat(peer.take().getHeaders().values("X-A")).containsExactly("2", "1");
  }

  @ParameterizedTest
  @CsvSource({
    "503, Retry-After: 0, UNAVAILABLE",
    "429, Retry-After: 0, UNAVAILABLE",
    "408, X: y, UNKNOWN",
    "415, X: y, UNKNOWN",
    "421, X: y, UNKNOWN",
    "401, WWW-Authenticate: Basic, UNAUTHENTICATED",
    "302, Location: /other, UNKNOWN",
    "307, Location: /other, UNKNOWN",
    "308, Location: /other, UNKNOWN",
    "404, X: y, UNIMPLEMENTED",
    "400, X: y, INTERNAL"
  })
  void whateverTheStatusIsTheRequestGoesOutOnce(int status, String header, ConnectCode code) {
    peer.answer(status, "", header);
    peer.answer(200, "", PROTO);

    assertThat(refused(Codec.BINARY).code()).isEqualTo(code);
    assertThat(peer.status()).isEqualTo(status);
  }

  @ParameterizedTest
  @ValueSource(ints = {201, 202, 203, 206})
  void successIs200AndNothingElse(int status) {
    peer.answer(status, "", PROTO);

    assertThat(refused(Codec.BINARY).code()).isEqualTo(ConnectCode.UNKNOWN);
  }

  @Test
  void answerWithoutContentIsNoSuccess() {
    peer.answer(new MockResponse.Builder().code(204).addHeader(PROTO).build());

    assertThat(refused(Codec.BINARY).code()).isEqualTo(ConnectCode.UNKNOWN);
  }

  @ParameterizedTest
  @MethodSource("codecs")
  void errorIsJsonWhateverTheCodec(Codec codec) {
    peer.answer(
        400,
        "{\"code\":\"out_of_range\",\"message\":\"ü\\n\",\"details\":"
            + "[{\"type\":\"a.B\",\"value\":\"AAE\",\"debug\":7}],\"news\":{}}",
        "Content-Type: application/json; charset=utf-8");

    assertThat(refused(codec))
        .isEqualTo(
            new ConnectError(
                ConnectCode.OUT_OF_RANGE,
                "ü\n",
                List.of(new Detail("a.B", ByteString.of((byte) 0, (byte) 1))),
                true));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/proto",
        "text/plain",
        "application/jsonp",
        "application/connect+json"
      })
  void errorOfAnotherTypeLeavesTheStatus(String type) {
    peer.answer(503, "{\"code\":\"not_found\",\"message\":\"no\"}", "Content-Type: " + type);

    assertThat(refused(Codec.JSON).code()).isEqualTo(ConnectCode.UNAVAILABLE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{", "", "null", "[]", "{\"code\":null}", "{\"code\":\"NOT_FOUND\"}"})
  void errorWithoutAUsableCodeHasTheStatuss(String body) {
    peer.answer(403, body, JSON);

    assertThat(refused(Codec.BINARY).code()).isEqualTo(ConnectCode.PERMISSION_DENIED);
    assertThat(peer.error().explicit()).isFalse();
  }

  @Test
  void messageAndDetailsCountWithoutACodeToo() {
    String body =
        "{\"code\":\"?\",\"message\":\"no\",\"details\":[{\"type\":\"a.B\",\"value\":\"\"}]}";
    peer.answer(429, body, JSON);

    assertThat(refused(Codec.BINARY))
        .isEqualTo(
            new ConnectError(
                ConnectCode.UNAVAILABLE,
                "no",
                List.of(new Detail("a.B", ByteString.EMPTY)),
                false));
  }

  @Test
  void errorHasHeadersAndTrailersToo() {
    peer.answer(
        400,
        "{\"code\":\"aborted\"}",
        JSON,
        "X-A: 2",
        "X-A: 1",
        "Trailer-X-B: 4",
        "trailer-x-b: 3");

    assertThat(refused(Codec.BINARY).code()).isEqualTo(ConnectCode.ABORTED);
    assertThat(peer.metadata()).containsEntry("x-a", List.of("2", "1"));
    assertThat(peer.metadata()).containsEntry("trailer-x-b", List.of("4", "3"));
  }

  @Test
  void successHasHeadersAndTrailersToo() {
    peer.answer(200, "", PROTO, "X-A: 2", "X-A: 1", "Trailer-X-B: 4", "trailer-x-b: 3");
    ConnectAnswer<ListResponse> answer = call(Codec.BINARY);

    assertThat(answer.head().values("X-A")).containsExactly("2", "1");
    assertThat(answer.head().values("Trailer-X-B")).containsExactly("4", "3");
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/json; charset=utf-8", "Application/JSON;x=y"})
  void parametersOfATypeMeanNothing(String type) {
    peer.answer(200, "{\"processes\":[{\"pid\":7}]}", "Content-Type: " + type);

    assertThat(call(Codec.JSON).message().getProcesses(0).getPid()).isEqualTo(7);
  }

  @ParameterizedTest
  @CsvSource({
    "application/json, INTERNAL",
    "application/connect+proto, INTERNAL",
    "application/grpc, INTERNAL",
    "text/html, UNKNOWN"
  })
  void successOfAnotherTypeIsAnErrorBeforeItIsRead(String type, ConnectCode code) {
    peer.answer(200, "{}", "Content-Type: " + type);

    assertThat(refused(Codec.BINARY).code()).isEqualTo(code);
  }

  @Test
  void successWithoutATypeIsUnknown() {
    peer.answer(200, "");

    assertThat(refused(Codec.BINARY).code()).isEqualTo(ConnectCode.UNKNOWN);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "br", "zstd"})
  void encodingThatWasNotOfferedIsInternal(String encoding) {
    peer.answer(200, "", PROTO, "Content-Encoding: " + encoding);

    assertThat(refused(Codec.BINARY).code()).isEqualTo(ConnectCode.INTERNAL);
  }

  @Test
  void errorInAnEncodingThatWasNotOfferedLeavesTheStatus() {
    peer.answer(503, ByteString.decodeHex("1f8b0800"), JSON, "Content-Encoding: gzip");

    assertThat(refused(Codec.BINARY).code()).isEqualTo(ConnectCode.UNAVAILABLE);
  }

  @Test
  void identityIsNoEncoding() {
    peer.answer(200, "", PROTO, "Content-Encoding: identity");

    assertThat(call(Codec.BINARY).message()).isEqualTo(ListResponse.getDefaultInstance());
  }

  @Test
  void noBytesAreAnEmptyMessageInBinary() {
    peer.answer(200, "", PROTO);

    assertThat(call(Codec.BINARY).message()).isEqualTo(ListResponse.getDefaultInstance());
  }

  @Test
  void noBytesAreNoMessageInJson() {
    peer.answer(200, "", JSON);

    assertThat(malformed(Codec.JSON)).isNotInstanceOf(MessageTooLongException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0a", "0a05", "ff", "0a0208", "0801ff"})
  void bodyThatIsNoProtobufIsAnError(String hex) {
    peer.answer(200, ByteString.decodeHex(hex), PROTO);

    assertThat(malformed(Codec.BINARY)).isNotInstanceOf(MessageTooLongException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{", "[]", "null", "{} {}", "{\"processes\":7}", "\u0000"})
  void bodyThatIsNoJsonOfItsTypeIsAnError(String body) {
    peer.answer(200, body, JSON);

    assertThat(malformed(Codec.JSON)).isNotInstanceOf(MessageTooLongException.class);
  }

  @Test
  void messageOfExactlyTheBoundIsRead() {
    ProcessInfo process =
        ProcessInfo.newBuilder().setTag("x".repeat(ConnectPeer.BOUND - 4)).build();
    byte[] message = ListResponse.newBuilder().addProcesses(process).build().toByteArray();
    assertThat(message).hasSize(ConnectPeer.BOUND);
    peer.answer(200, ByteString.of(message), PROTO);

    assertThat(call(Codec.BINARY).message().getProcesses(0)).isEqualTo(process);
  }

  @ParameterizedTest
  @MethodSource("codecs")
  void messageAboveTheBoundIsTooLong(Codec codec) {
    peer.answer(200, " ".repeat(ConnectPeer.BOUND + 1), "Content-Type: " + codec.unaryType());

    assertThat(malformed(codec)).isInstanceOf(MessageTooLongException.class);
  }

  @Test
  void answerThatComesTooSlowlyIsLateAsAWhole() {
    MockResponse.Builder drops =
        new MockResponse.Builder().addHeader(PROTO).chunkedBody("x".repeat(50), 1);
    peer.answer(drops.throttleBody(1, 50, TimeUnit.MILLISECONDS).build());
    ConnectClient client = peer.client(Codec.BINARY);
    HttpRequest request = ConnectPeer.request(client).within(Duration.ofMillis(300));

    assertThatThrownBy(() -> call(client, request)).isInstanceOf(DeadlineExceededException.class);
  }

  @Test
  void callThatWasCancelledBeforeIsCancelledWhateverIsAnswered() {
    peer.answer(200, "", PROTO);
    CallScope cancellation = CallScope.open();
    cancellation.cancel();
    ConnectClient client = peer.client(Codec.BINARY);
    HttpRequest request = ConnectPeer.request(client).in(cancellation).unlimited();

    assertThatThrownBy(() -> call(client, request)).isInstanceOf(CancelledException.class);
  }

  /** The protocol calls a 404 "unimplemented" and a 400 "internal". E2B means what HTTP means. */
  @Test
  void statusWithoutAConnectErrorMeansWhatItMeansToThePlatform() {
    peer.answer(404, "404 page not found", "Content-Type: text/plain");
    ConnectClient client = peer.client(Codec.BINARY);
    SandboxException e =
        catchThrowableOfType(
            SandboxException.class,
            () ->
                client.unary(
                    ConnectPeer.request(client),
                    ListRequest.getDefaultInstance(),
                    ListResponse.getDefaultInstance(),
                    new EnvdErrors(What.FILE)));

    assertThat(e).isInstanceOf(NotFoundException.class);
    assertThat(e.code()).isEmpty();
    assertThat(e.status()).hasValue(404);
  }

  @Test
  void encodingThatWasNotOfferedIsAnErrorOfTheFormatToThePlatform() {
    peer.answer(200, "", PROTO, "Content-Encoding: gzip");
    ConnectClient client = peer.client(Codec.BINARY);

    assertThatThrownBy(
            () ->
                client.unary(
                    ConnectPeer.request(client),
                    ListRequest.getDefaultInstance(),
                    ListResponse.getDefaultInstance(),
                    new EnvdErrors(What.FILE)))
        .isInstanceOf(WireFormatException.class)
        .hasMessageContaining("as gzip, which was not offered");
  }
}
