package dev.sandpiper.blaxel;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.blaxel.server.Waits;
import dev.sandpiper.testing.CapturedLog;
import dev.sandpiper.testing.Patience;
import dev.sandpiper.wire.Json;
import dev.sandpiper.wire.MalformedStreamException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import okio.ByteString;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Blaxel on loopback, control plane under {@code /v0} and one sandbox under {@code /sbx}, answering
 * what a test wrote down for each route, in order. After each test nothing may be left: no answer
 * that nobody asked for, a standing one included, no request that nobody expected, no connection in
 * use, no thread.
 */
@SuppressWarnings("exports") // nobody but the tests of the rooms sees it
public final class ScriptedBlaxel implements BeforeEachCallback, AfterEachCallback {
  static final String KEY = "bl_key_0123456789";
  static final String SANDBOX = "sbx-1";
  static final String NOT_FOUND = "{\"error\":\"process not found\"}";

  /** An answer that depends on what was asked. */
  @FunctionalInterface
  interface Answer {
    MockResponse to(RecordedRequest request) throws Exception;
  }

  private final MockWebServer server = new MockWebServer();
  private final ConnectionPool connections = new ConnectionPool(8, 5, TimeUnit.MINUTES);
  private final Map<String, Deque<Answer>> answers = new ConcurrentHashMap<>();
  private final Map<String, Answer> always = new ConcurrentHashMap<>();
  private final Set<Standing> unasked = ConcurrentHashMap.newKeySet();
  private final Deque<String> unexpected = new ConcurrentLinkedDeque<>();
  private final Deque<RecordedRequest> requests = new ConcurrentLinkedDeque<>();
  private final List<BlaxelClient> clients = new ArrayList<>();

  public ScriptedBlaxel() {}

  /** An answer to many requests, of which there must be one at least. */
  private final class Standing implements Answer {
    private final String route;
    private final Answer answer;

    Standing(String route, Answer answer) {
      this.route = route;
      this.answer = answer;
      unasked.add(this);
    }

    @Override
    public MockResponse to(RecordedRequest request) throws Exception {
      unasked.remove(this);
      return answer.to(request);
    }

    @Override
    public String toString() {
      return route;
    }
  }

  @Override
  public void beforeEach(ExtensionContext context) throws Exception {
    CapturedLog.clear();
    server.setDispatcher(new ByRoute());
    server.start();
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    try {
      if (context.getExecutionException().isEmpty()) {
        Patience.until("no response is left open", this::isIdle);
        clients.forEach(BlaxelClient::close);
        Map<String, Integer> untaken = new HashMap<>();
        answers.forEach((route, left) -> untaken.merge(route, left.size(), Integer::sum));
        untaken.values().removeIf(count -> count == 0);
        assertThat(untaken).as("answers that nobody asked for").isEmpty();
        assertThat(unasked).as("standing answers that nobody asked for").isEmpty();
        assertThat(unexpected).as("requests that nobody expected").isEmpty();
        assertThat(CapturedLog.lines()).noneMatch(line -> line.contains(KEY));
        Patience.untilNoThreadIsLeft();
      }
    } finally {
      clients.forEach(BlaxelClient::close);
      connections.evictAll();
      server.close();
    }
  }

  String url() {
    return "http://127.0.0.1:" + server.getPort();
  }

  /** True while no connection is in use. */
  boolean isIdle() {
    return connections.connectionCount() == connections.idleConnectionCount();
  }

  /**
   * A client of this Blaxel that knows nothing of the real environment, waits for little, and has
   * commands followed by the platform's stream.
   */
  BlaxelClientBuilder builder() {
    return exact().streamedOnly();
  }

  /** The same, with commands followed by their files. */
  BlaxelClientBuilder exact() {
    return BlaxelClient.builder()
        .environment(Map.of())
        .apiKey(KEY)
        .workspace("acme")
        .apiUrl(url() + "/v0")
        .waits(Waits.ofAtMost(Duration.ofMillis(600)))
        .httpClient(new OkHttpClient.Builder().connectionPool(connections).build());
  }

  BlaxelClient open(BlaxelClientBuilder builder) {
    BlaxelClient opened = builder.build();
    clients.add(opened);
    return opened;
  }

  BlaxelClient client() {
    return open(builder());
  }

  /** A sandbox that we are connected to. */
  BlaxelSandbox sandbox() {
    return sandbox(client());
  }

  BlaxelSandbox sandbox(BlaxelClient client) {
    on("GET /v0/sandboxes/sbx-1", json(200, record("DEPLOYED", "")));
    return client.connect(SANDBOX);
  }

  /** A record as the API shows it. */
  String record(String status, String moreMetadata) {
    return """
        {"metadata":{"name":"%s","workspace":"acme","url":"%s/sbx","createdAt":"2026-11-20T10:00:00Z",
          "labels":{"team":"x"}%s},
         "spec":{"enabled":true,"region":"us-pdx-1",
          "runtime":{"image":"blaxel/base-image:latest","memory":4096,"ttl":"24h"}},
         "status":"%s","state":"RUNNING"}"""
        .formatted(SANDBOX, url(), moreMetadata, status);
  }

  /** The record that answers a create: with the labels that it was sent. */
  MockResponse created(RecordedRequest request, String status) throws MalformedStreamException {
    JsonNode sent = json(request);
    String labels = sent.path("metadata").path("labels").toString();
    String record = record(status, "").replace("{\"team\":\"x\"}", labels);
    return json(200, record);
  }

  /** What the next request to a route, such as {@code GET /v0/sandboxes}, is answered. */
  void on(String route, MockResponse response) {
    on(route, request -> response);
  }

  void on(String route, Answer answer) {
    answers.computeIfAbsent(route, key -> new ConcurrentLinkedDeque<>()).add(answer);
  }

  /** What every request to a route is answered for which there is nothing else; one must come. */
  void always(String route, Answer answer) {
    always.put(route, new Standing(route, answer));
  }

  /** The same for a request that need not come. */
  void shouldItBeAsked(String route, Answer answer) {
    always.put(route, answer);
  }

  public static MockResponse json(int status, String json, String... headers) {
    MockResponse.Builder response =
        new MockResponse.Builder().code(status).addHeader("Content-Type", "application/json");
    for (String header : headers) {
      response.addHeader(header);
    }
    return response.body(json).build();
  }

  static MockResponse error(int status, String text) {
    return json(status, Json.object().put("error", text).toString());
  }

  static MockResponse stream(String contentType, String body) {
    return new MockResponse.Builder()
        .addHeader("Content-Type", contentType)
        .chunkedBody(body, 1000)
        .build();
  }

  /** The requests so far, such as {@code GET /v0/sandboxes}, in the order of their arrival. */
  List<String> lines() {
    return requests.stream().map(one -> one.getMethod() + " " + one.getTarget()).toList();
  }

  /** The first request to a route. */
  RecordedRequest first(String route) {
    return requests.stream()
        .filter(request -> route(request).equals(route))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no request to " + route + " among " + lines()));
  }

  public static JsonNode json(RecordedRequest request) throws MalformedStreamException {
    return Json.parse(bytes(request));
  }

  static byte[] bytes(RecordedRequest request) {
    ByteString body = request.getBody();
    return body == null ? new byte[0] : body.toByteArray();
  }

  private static String route(RecordedRequest request) {
    return request.getMethod() + " " + request.getTarget().split("\\?", 2)[0];
  }

  private final class ByRoute extends Dispatcher {
    @Override
    public MockResponse dispatch(RecordedRequest request) {
      requests.add(request);
      Deque<Answer> scripted = answers.get(route(request));
      Answer answer = scripted == null ? null : scripted.poll();
      if (answer == null) {
        answer = always.get(route(request));
      }
      if (answer == null) {
        String wild = route(request).replaceAll("sp-[0-9a-f]{32}", "*");
        answer = always.get(wild);
      }
      try {
        return answer == null ? refuse(request) : answer.to(request);
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }

    private MockResponse refuse(RecordedRequest request) {
      unexpected.add(request.getMethod() + " " + request.getTarget());
      return new MockResponse.Builder().code(418).body("nobody expected this").build();
    }
  }
}
