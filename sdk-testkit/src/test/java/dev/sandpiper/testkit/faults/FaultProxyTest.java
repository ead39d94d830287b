package dev.sandpiper.testkit.faults;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.Headers;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSink;
import org.assertj.core.util.Throwables;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each fault does what it says, to the request that it is meant for and to no other. */
@Timeout(60)
class FaultProxyTest {
  private static final String BODY = "0123456789".repeat(20_000);
  private static final Duration SHORT = Duration.ofMillis(400);

  /** The versions of HTTP that the proxy knows. */
  private enum Version {
    HTTP_1(Protocol.HTTP_1_1),
    HTTP_2(Protocol.H2_PRIOR_KNOWLEDGE);

    private final Protocol protocol;

    Version(Protocol protocol) {
      this.protocol = protocol;
    }
  }

  private final MockWebServer server = new MockWebServer();
  private FaultProxy proxy;
  private OkHttpClient client = new OkHttpClient();

  @BeforeEach
  void startThem() throws IOException {
    server.setDispatcher(
        new Dispatcher() {
          @Override
          public MockResponse dispatch(RecordedRequest request) {
            return new MockResponse(200, Headers.EMPTY, BODY);
          }
        });
    server.start();
    proxy = FaultProxy.inFrontOf("http://127.0.0.1:" + server.getPort() + "/base");
  }

  private void speak(Version version) {
    server.setProtocols(List.of(version.protocol));
    client =
        client
            .newBuilder()
            .protocols(List.of(version.protocol))
            .retryOnConnectionFailure(false)
            .build();
  }

  @AfterEach
  void stop() {
    client.dispatcher().executorService().shutdown();
    client.connectionPool().evictAll();
    server.close();
    try {
      proxy.close(); // where a test has failed, or its threads would fail others
    } catch (IllegalStateException e) {
      assertThat(e).hasMessageStartingWith("never injected");
    }
  }

  private Request.Builder request(String path) {
    return new Request.Builder().url(proxy.url() + path);
  }

  private String get(String path) throws IOException {
    return send(client, request(path).build());
  }

  private static String send(OkHttpClient client, Request request) throws IOException {
    try (Response response = client.newCall(request).execute()) {
      return response.code() == 200 ? response.body().string() : "status " + response.code();
    }
  }

  private OkHttpClient impatient() {
    return client.newBuilder().readTimeout(SHORT).build();
  }

  /** A connection that was cut a moment ago may not be known as dead yet. */
  private String getAfterACut(String path) throws IOException {
    client.connectionPool().evictAll();
    return get(path);
  }

  private void assertThatOthersPass() throws IOException {
    assertThat(getAfterACut("/other")).isEqualTo(BODY);
    proxy.close();
  }

  @ParameterizedTest
  @EnumSource
  void passesWhatNoFaultIsMeantFor(Version version) throws Exception {
    speak(version);
    assertThat(get("/a?b=c")).isEqualTo(BODY);
    assertThat(server.takeRequest().getTarget()).isEqualTo("/base/a?b=c");
    assertThatOthersPass();
  }

  @ParameterizedTest
  @EnumSource
  void cutsAResponseThatTheServerHasGiven(Version version) throws Exception {
    speak(version);
    proxy.inject("GET /base/cut", Fault.cut());
    assertThatThrownBy(() -> get("/cut")).isInstanceOf(IOException.class);
    assertThat(server.getRequestCount()).isEqualTo(1);
    assertThat(proxy.injections()).isEqualTo(1);
    assertThatOthersPass();
  }

  @ParameterizedTest
  @EnumSource
  void cutsABodyAfterSoManyBytes(Version version) throws Exception {
    speak(version);
    proxy.inject("GET /base/cut", Fault.cut().afterBodyBytes(40_000));
    try (Response response = client.newCall(request("/cut").build()).execute()) {
      assertThat(response.code()).isEqualTo(200);
      byte[] read = new byte[40_000];
      response.body().source().readFully(read);
      assertThat(new String(read, 0, 10, US_ASCII)).isEqualTo("0123456789");
      assertThatThrownBy(() -> response.body().source().readByte()).isInstanceOf(IOException.class);
    }
    assertThatOthersPass();
  }

  @ParameterizedTest
  @EnumSource
  void cutsARequestThatTheServerThenNeverHas(Version version) throws Exception {
    speak(version);
    proxy.inject("POST /base/cut", Fault.cut().inRequest().afterBodyBytes(1_000));
    Request post = request("/cut").post(RequestBody.create(BODY, null)).build();
    assertThatThrownBy(() -> send(client, post)).isInstanceOf(IOException.class);
    assertThat(get("/other")).isEqualTo(BODY);
    List<String> whole =
        Stream.generate(this::taken)
            .takeWhile(Optional::isPresent)
            .map(Optional::orElseThrow)
            .filter(taken -> taken.getFailure() == null)
            .map(RecordedRequest::getTarget)
            .toList();
    assertThat(whole).containsExactly("/base/other");
    proxy.close();
  }

  private Optional<RecordedRequest> taken() {
    try {
      return Optional.ofNullable(server.takeRequest(1, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @EnumSource
  void resetsAConnection(Version version) throws Exception {
    speak(version);
    proxy.inject("/reset", Fault.reset().afterBodyBytes(10));
    // On HTTP/2 somebody may be writing, for whom a reset is a broken pipe.
    String seen = version == Version.HTTP_1 ? "Connection reset" : "Connection reset|Broken pipe";
    assertThatThrownBy(() -> get("/reset"))
        .isInstanceOf(IOException.class)
        .satisfies(e -> assertThat(Throwables.getStackTrace(e)).containsPattern(seen));
    assertThatOthersPass();
  }

  @ParameterizedTest
  @EnumSource
  void stallsAMessageAndKeepsItsConnection(Version version) throws Exception {
    speak(version);
    proxy.inject("/stall", Fault.stall().afterBodyBytes(10));
    assertThatExceptionOfType(SocketTimeoutException.class)
        .isThrownBy(() -> send(impatient(), request("/stall").build()));
    assertThatOthersPass();
  }

  @ParameterizedTest
  @EnumSource
  void losesAConnectionAndTellsNobody(Version version) throws Exception {
    speak(version);
    proxy.inject("/lost", Fault.halfOpen());
    assertThatExceptionOfType(SocketTimeoutException.class)
        .isThrownBy(() -> send(impatient(), request("/lost").build()));
    client.connectionPool().evictAll();
    assertThatOthersPass();
  }

  @ParameterizedTest
  @EnumSource
  void makesOpenConnectionsHalfOpen(Version version) throws Exception {
    speak(version);
    assertThat(get("/first")).isEqualTo(BODY);
    assertThat(proxy.makeHalfOpen()).isEqualTo(1);
    assertThatExceptionOfType(SocketTimeoutException.class)
        .isThrownBy(() -> send(impatient(), request("/lost").build()));
    client.connectionPool().evictAll();
    assertThatOthersPass();
  }

  @ParameterizedTest
  @EnumSource
  void freezesAndThawsWithoutALoss(Version version) throws Exception {
    speak(version);
    proxy.freeze();
    CompletableFuture<String> waiting =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return get("/frozen");
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    assertThat(server.takeRequest(SHORT.toMillis(), TimeUnit.MILLISECONDS)).isNull();
    assertThat(waiting).isNotDone();
    proxy.thaw();
    assertThat(waiting.get()).isEqualTo(BODY);
    assertThatOthersPass();
  }

  @ParameterizedTest
  @EnumSource
  void dripsAndSplitsWithoutALoss(Version version) throws Exception {
    speak(version);
    proxy.inject("/drip", Fault.drip(Duration.ofMillis(2)).afterBodyBytes(BODY.length() - 50));
    proxy.inject("/split", Fault.split().afterBodyBytes(BODY.length() - 5_000));
    long began = System.nanoTime();
    assertThat(get("/drip")).isEqualTo(BODY);
    assertThat(System.nanoTime() - began).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(100));
    assertThat(get("/split")).isEqualTo(BODY);
    assertThatOthersPass();
  }

  @ParameterizedTest
  @EnumSource
  void delaysAResponse(Version version) throws Exception {
    speak(version);
    proxy.inject("/late", Fault.delay(SHORT));
    long began = System.nanoTime();
    assertThat(get("/late")).isEqualTo(BODY);
    assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(SHORT.toNanos());
    assertThatOthersPass();
  }

  @ParameterizedTest
  @EnumSource
  void putsForeignTextIntoAnAnswer(Version version) throws Exception {
    speak(version);
    proxy.inject("/mixed", Fault.insert("[keepalive]\n").afterBodyBytes(10));
    try (Response response = client.newCall(request("/mixed").build()).execute()) {
      byte[] read = new byte[30];
      response.body().source().readFully(read);
      assertThat(new String(read, US_ASCII)).isEqualTo("0123456789[keepalive]\n01234567");
    }
    client.connectionPool().evictAll(); // the response's end would begin the next one
    assertThatOthersPass();
  }

  @ParameterizedTest
  @EnumSource
  void answersInTheServersPlaceOnce(Version version) throws Exception {
    speak(version);
    proxy.inject("/busy", Fault.answer(429, Map.of("Retry-After", "7"), "later"));
    Request post = request("/busy").post(RequestBody.create("a body", null)).build();
    try (Response response = client.newCall(post).execute()) {
      assertThat(response.code()).isEqualTo(429);
      assertThat(response.header("Retry-After")).isEqualTo("7");
      assertThat(response.body().string()).isEqualTo("later");
    }
    assertThat(server.getRequestCount()).isZero();
    assertThat(send(client, post)).isEqualTo(BODY);
    assertThatOthersPass();
  }

  @ParameterizedTest
  @EnumSource
  void findsTheMomentByATextInPieces(Version version) throws Exception {
    speak(version);
    proxy.inject("/whole", Fault.split());
    assertThat(get("/whole")).isEqualTo(BODY);
    proxy.inject("/text", Fault.cut().afterText("6789"));
    try (Response response = client.newCall(request("/text").build()).execute()) {
      byte[] read = new byte[10];
      response.body().source().readFully(read);
      assertThatThrownBy(() -> response.body().source().readByte()).isInstanceOf(IOException.class);
    }
    assertThatOthersPass();
  }

  @ParameterizedTest
  @EnumSource
  void injectsIntoEveryRequestOfAKind(Version version) throws Exception {
    speak(version);
    proxy.injectEvery("/bad", Fault.answer(500, Map.of(), ""));
    for (int i = 0; i < 3; i++) {
      assertThat(get("/bad")).isEqualTo("status 500");
    }
    assertThat(proxy.injections()).isEqualTo(3);
    assertThatOthersPass();
  }

  @ParameterizedTest
  @EnumSource
  void aFaultThatWasNeverInjectedFailsTheTest(Version version) throws Exception {
    speak(version);
    proxy.inject("/never", Fault.cut());
    assertThat(get("/other")).isEqualTo(BODY);
    assertThat(get("/other?name=secret&b=c")).isEqualTo(BODY);
    assertThatIllegalStateException()
        .isThrownBy(proxy::close)
        .withMessage(
            "never injected: [CUT in the RESPONSE after 0 bytes of '/never']; the requests that"
                + " passed: GET /other, GET /other?name=&b=");
  }

  @ParameterizedTest
  @EnumSource
  void aMatchThatWasMissedSaysWhy(Version version) throws Exception {
    speak(version);
    proxy.inject("/short", Fault.cut().afterBodyBytes(1_000_000));
    proxy.inject("/text", Fault.cut().afterText("not there"));
    proxy.inject("/third", 3, Fault.cut());
    boolean isHttp1 = version == Version.HTTP_1;
    proxy.inject("/other", isHttp1 ? Fault.refuseStream() : Fault.duplicate());
    for (String path : List.of("/short", "/text", "/third", "/other")) {
      assertThat(get(path)).isEqualTo(BODY);
    }
    assertThatIllegalStateException()
        .isThrownBy(proxy::close)
        .withMessageContaining(
            "'/short', which matched 1 request, whose response's body had 200000 bytes")
        .withMessageContaining(
            "'/text', which matched 1 request, whose response did not have this text")
        .withMessageContaining("'/third', which matched 1 request and is meant for number 3")
        .withMessageContaining(
            isHttp1
                ? "'/other', which matched 1 request, over HTTP/1.1; this fault needs HTTP/2"
                : "'/other', which matched 1 request, over HTTP/2; this fault needs HTTP/1.1");
  }

  @ParameterizedTest
  @EnumSource
  void countsOnlyTheConnectionsThatAreOpen(Version version) throws Exception {
    speak(version);
    assertThat(get("/first")).isEqualTo(BODY);
    proxy.inject("/cut", Fault.cut());
    assertThatThrownBy(() -> get("/cut")).isInstanceOf(IOException.class);
    assertThat(getAfterACut("/second")).isEqualTo(BODY);
    assertThat(proxy.makeHalfOpen()).isEqualTo(1);
    assertThatIllegalStateException()
        .isThrownBy(proxy::close)
        .withMessage("never injected: [half-open connections]");
  }

  @Test
  void aFaultOfHttp2IsNeverInjectedOverHttp1() throws Exception {
    speak(Version.HTTP_1);
    proxy.inject("/a", Fault.resetStream(2));
    assertThat(get("/a")).isEqualTo(BODY);
    assertThat(proxy.injections()).isZero();
    assertThatIllegalStateException().isThrownBy(proxy::close).withMessageContaining("'/a'");
  }

  @Test
  void tellsRequestsOfOneConnectionApart() throws Exception {
    speak(Version.HTTP_1);
    RequestBody chunked =
        new RequestBody() {
          @Override
          public @Nullable MediaType contentType() {
            return null;
          }

          @Override
          public void writeTo(BufferedSink sink) throws IOException {
            for (int i = 0; i < 5; i++) {
              sink.writeUtf8("GET /base/inside HTTP/1.1\r\n\r\n0\r\n\r\n" + BODY).flush();
            }
          }
        };
    proxy.inject("GET /base/inside", Fault.answer(503, Map.of(), ""));
    assertThat(send(client, request("/chunked").post(chunked).build())).isEqualTo(BODY);
    assertThat(proxy.injections()).isZero();
    assertThat(get("/inside")).isEqualTo("status 503");
    assertThat(server.takeRequest().getConnectionIndex()).isZero();
    assertThatOthersPass();
  }

  @Test
  void sendsARequestTwice() throws Exception {
    speak(Version.HTTP_1);
    proxy.inject("/twice", Fault.duplicate());
    Request post = request("/twice").post(RequestBody.create("once", null)).build();
    assertThat(send(client, post)).isEqualTo(BODY);
    for (int i = 0; i < 2; i++) {
      RecordedRequest taken = server.takeRequest();
      assertThat(taken.getTarget()).isEqualTo("/base/twice");
      assertThat(taken.getBody().utf8()).isEqualTo("once");
    }
    assertThatOthersPass();
  }

  @Test
  void refusesAStreamThatTheServerNeverSees() throws Exception {
    speak(Version.HTTP_2);
    proxy.inject("/refused", Fault.refuseStream());
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> get("/refused"))
        .withMessageContaining("REFUSED_STREAM");
    assertThat(server.takeRequest(1, TimeUnit.SECONDS)).isNull();
    assertThatOthersPass();
  }

  @Test
  void resetsAStreamInItsResponse() throws Exception {
    speak(Version.HTTP_2);
    proxy.inject("/broken", Fault.resetStream(2).afterBodyBytes(10));
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> get("/broken"))
        .withMessageContaining("INTERNAL_ERROR");
    assertThatOthersPass();
  }

  @Test
  void aConnectionThatGoesAwayHasNotSeenTheRequest() throws Exception {
    speak(Version.HTTP_2);
    assertThat(get("/first")).isEqualTo(BODY);
    proxy.inject("/away", Fault.goAway());
    assertThatThrownBy(() -> get("/away")).isInstanceOf(IOException.class);
    assertThat(server.getRequestCount()).isEqualTo(1);
    assertThatOthersPass();
  }

  @Test
  void aFaultOfAnUnseenRequestHasNoOtherMoment() {
    assertThatIllegalStateException()
        .isThrownBy(() -> Fault.refuseStream().afterBytes(1))
        .withMessageContaining("before the server has the request");
    proxy.close();
  }
}
