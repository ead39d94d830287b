package dev.sandpiper.e2b;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.Message;
import dev.sandpiper.e2b.connect.Codec;
import dev.sandpiper.e2b.connect.Frames;
import dev.sandpiper.e2b.proto.ProcessProto.StartRequest;
import dev.sandpiper.testing.CapturedLog;
import dev.sandpiper.testing.Patience;
import dev.sandpiper.wire.Json;
import dev.sandpiper.wire.MalformedStreamException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import okio.ByteString;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * E2B on loopback, control plane and daemon behind one port, answering what a test wrote down, in
 * order. After each test nothing may be left: no answer, a standing one included, and no request
 * untaken, no connection in use, no thread of the client. A server that froze was asked something.
 */
final class ScriptedE2b implements BeforeEachCallback, AfterEachCallback {
  static final String KEY = "e2b_0123456789abcdef";
  static final String SANDBOX = "isb1";
  static final String TOKEN = "envd-token-5e1f";

  /** An answer that depends on what was asked before. */
  @FunctionalInterface
  interface Answer {
    MockResponse make() throws Exception;
  }

  private final E2bCodec codec;
  private final MockWebServer server = new MockWebServer();
  private final ConnectionPool connections = new ConnectionPool(8, 5, TimeUnit.MINUTES);
  private final Deque<Answer> answers = new ConcurrentLinkedDeque<>();
  private final Queue<RecordedRequest> starts = new ConcurrentLinkedQueue<>();
  private final Queue<RecordedRequest> creates = new ConcurrentLinkedQueue<>();
  private final List<E2bClient> clients = new ArrayList<>();
  private final AtomicInteger unanswered = new AtomicInteger();
  private final Map<String, Answer> always = new ConcurrentHashMap<>();
  private final Map<String, Integer> asked = new ConcurrentHashMap<>();
  private volatile boolean frozen;
  private @Nullable E2bClient client;

  ScriptedE2b() {
    this(E2bCodec.BINARY);
  }

  /**
   * @param codec what its clients speak
   */
  ScriptedE2b(E2bCodec codec) {
    this.codec = codec;
  }

  @Override
  public void beforeEach(ExtensionContext context) throws Exception {
    CapturedLog.clear();
    server.setDispatcher(new InOrder());
    server.start();
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    try {
      clients.forEach(E2bClient::close);
      if (context.getExecutionException().isEmpty()) {
        // A request is there for a test to take before its answer is.
        Patience.until("no answer is left that nobody asked for", answers::isEmpty);
        assertThat(asked.keySet()).as("standing answers given").containsAll(always.keySet());
        assertThat(unanswered.get() > 0).as("frozen and asked meanwhile").isEqualTo(frozen);
        RecordedRequest untaken =
            frozen || !always.isEmpty() ? null : server.takeRequest(0, TimeUnit.SECONDS);
        assertThat(untaken).as("requests that nobody expected").isNull();
        Patience.until(
            "no response is left open",
            () -> connections.connectionCount() == connections.idleConnectionCount());
        Patience.untilNoThreadIsLeft();
      }
    } finally {
      connections.evictAll();
      server.close();
    }
  }

  /** A client of this E2B that knows nothing of the real environment. */
  E2bClientBuilder builder() {
    String url = url();
    return E2bClient.builder()
        .environment(Map.of())
        .apiKey(KEY)
        .apiUrl(url)
        .sandboxUrl(url)
        .codec(codec)
        .reattachLimit(Duration.ZERO)
        .httpClient(new OkHttpClient.Builder().connectionPool(connections).build());
  }

  /** Builds a client that is closed after the test. */
  E2bClient open(E2bClientBuilder builder) {
    E2bClient opened = builder.build();
    clients.add(opened);
    return opened;
  }

  E2bClient client() {
    E2bClient known = client;
    if (known == null) {
      known = open(builder());
      client = known;
    }
    return known;
  }

  String url() {
    return "http://127.0.0.1:" + server.getPort();
  }

  /** A sandbox that we are connected to, with envd 0.6.13 and an access token. */
  E2bSandbox sandbox() throws Exception {
    return sandbox("0.6.13");
  }

  E2bSandbox sandbox(String envdVersion) throws Exception {
    return sandbox(client(), envdVersion);
  }

  /** A sandbox of this client; what was answered before is for later. */
  E2bSandbox sandbox(E2bClient client, String envdVersion) throws Exception {
    MockResponse connected = json(200, sandboxJson(envdVersion));
    answers.addFirst(() -> connected);
    E2bSandbox sandbox = client.connect(SANDBOX, Duration.ofMinutes(5));
    take();
    return sandbox;
  }

  static String sandboxJson(String envdVersion) {
    return """
        {"templateID": "base", "sandboxID": "%s", "clientID": "c",
         "envdVersion": "%s", "envdAccessToken": "%s"}"""
        .formatted(SANDBOX, envdVersion, TOKEN);
  }

  void answer(MockResponse response) {
    answers.add(() -> response);
  }

  void answer(int status, String json, String... headers) {
    answer(json(status, json, headers));
  }

  static MockResponse json(int status, String json, String... headers) {
    MockResponse.Builder response =
        new MockResponse.Builder().code(status).addHeader("Content-Type", "application/json");
    for (String header : headers) {
      response.addHeader(header);
    }
    return response.body(json).build();
  }

  /** An answer that is made when it is asked for. */
  void answerWith(Answer answer) {
    answers.add(answer);
  }

  /** The nonce of the first sandbox that was asked for. */
  String createNonce() throws MalformedStreamException {
    return json(creates.element()).path("metadata").path("sandpiper-nonce").asText();
  }

  /** What each request to {@code target} is answered, whatever else is answered. */
  void always(String target, Answer answer) {
    always.put(target, answer);
  }

  /** How often {@link #always} has answered this target. */
  int timesAsked(String target) {
    return asked.getOrDefault(target, 0);
  }

  /** From now on it takes requests and answers none for which there is no answer yet. */
  void freeze() {
    frozen = true;
  }

  /** How many requests it has left without an answer. */
  int unanswered() {
    return unanswered.get();
  }

  /** The first start that arrived. */
  StartRequest firstStart() throws MalformedStreamException {
    return startRequest(starts.element());
  }

  /** The nonce of the first process that was started here. */
  String nonce() throws MalformedStreamException {
    return firstStart().getTag();
  }

  /** The next request, in the order in which they arrived. */
  RecordedRequest take() throws InterruptedException {
    RecordedRequest request = server.takeRequest(10, TimeUnit.SECONDS);
    if (request == null) {
      throw new AssertionError("no request came");
    }
    return request;
  }

  /** Takes a request and checks its line, such as {@code GET /sandboxes/isb1}. */
  RecordedRequest take(String methodAndTarget) throws InterruptedException {
    RecordedRequest request = take();
    assertThat(request.getMethod() + " " + request.getTarget()).isEqualTo(methodAndTarget);
    return request;
  }

  /** Takes a request and checks its line and its JSON. */
  void take(String methodAndTarget, String json) throws Exception {
    assertThat(json(take(methodAndTarget))).isEqualTo(parse(json));
  }

  static ByteString body(RecordedRequest request) {
    ByteString body = request.getBody();
    return body == null ? ByteString.EMPTY : body;
  }

  static JsonNode json(RecordedRequest request) throws MalformedStreamException {
    return Json.parse(body(request).toByteArray());
  }

  static JsonNode parse(String json) throws MalformedStreamException {
    return Json.parse(json.getBytes(UTF_8));
  }

  /** The one message in the envelope of a streaming call. */
  static StartRequest startRequest(RecordedRequest request) throws MalformedStreamException {
    return enveloped(request, StartRequest.getDefaultInstance());
  }

  /** The message in the envelope of a streaming call, in the codec that it says it is in. */
  static <M extends Message> M enveloped(RecordedRequest request, M kind)
      throws MalformedStreamException {
    boolean isJson = isOfType(request, "application/connect+json", "application/connect+proto");
    return decode(Frames.message(body(request)), isJson, kind);
  }

  /** The message of a unary call. */
  static <M extends Message> M message(RecordedRequest request, M kind)
      throws MalformedStreamException {
    boolean isJson = isOfType(request, "application/json", "application/proto");
    return decode(body(request), isJson, kind);
  }

  private static boolean isOfType(RecordedRequest request, String json, String binary) {
    String type = request.getHeaders().get("Content-Type");
    assertThat(type).isIn(json, binary);
    return json.equals(type);
  }

  private static <M extends Message> M decode(ByteString bytes, boolean isJson, M kind)
      throws MalformedStreamException {
    return (isJson ? Codec.JSON : Codec.BINARY).decode(bytes.toByteArray(), kind);
  }

  private final class InOrder extends Dispatcher {
    @Override
    public MockResponse dispatch(RecordedRequest request) {
      if (request.getMethod().equals("POST") && request.getTarget().equals("/v2/sandboxes")) {
        creates.add(request);
      }
      if (request.getTarget().endsWith("/process.Process/Start")) {
        starts.add(request);
      }
      Answer answer = always.get(request.getTarget());
      if (answer == null) {
        answer = answers.poll();
      } else {
        asked.merge(request.getTarget(), 1, Integer::sum);
      }
      try {
        if (answer == null && frozen) {
          unanswered.incrementAndGet();
          return new MockResponse.Builder().onResponseStart(SocketEffect.Stall.INSTANCE).build();
        }
        return answer == null ? unexpected(request) : answer.make();
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }

    private static MockResponse unexpected(RecordedRequest request) {
      return new MockResponse.Builder()
          .code(418)
          .body("nobody expected " + request.getRequestLine())
          .build();
    }
  }
}
