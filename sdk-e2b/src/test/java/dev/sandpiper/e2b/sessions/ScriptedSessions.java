package dev.sandpiper.e2b.sessions;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.testing.CapturedLog;
import dev.sandpiper.wire.Json;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A server of the old API on loopback that answers what a test wrote down, in order, and nothing
 * else. After each test no answer, no open response and no thread of the client may be left.
 */
final class ScriptedSessions implements BeforeEachCallback, AfterEachCallback {
  static final String CREATED = "{\"id\": \"s1\", \"ports\": []}";
  static final String STARTED =
      "{\"stdout\": [], \"stderr\": [], \"finished\": false, \"processID\": \"p1\"}";
  static final String FAILED = "{\"message\": \"Internal Server Error\"}";

  /** An answer that is made when it is asked for. */
  @FunctionalInterface
  interface Answer {
    MockResponse make() throws Exception;
  }

  private record Expected(String line, Answer answer) {}

  private final MockWebServer server = new MockWebServer();
  private final ConnectionPool connections = new ConnectionPool(8, 5, TimeUnit.MINUTES);
  private final Deque<Expected> script = new ConcurrentLinkedDeque<>();
  private final Map<String, Answer> always = new ConcurrentHashMap<>();
  private final List<String> unexpected = new CopyOnWriteArrayList<>();
  private final List<RecordedRequest> requests = new CopyOnWriteArrayList<>();
  private final List<SessionsClient> clients = new ArrayList<>();

  @Override
  public void beforeEach(ExtensionContext context) throws Exception {
    CapturedLog.clear();
    server.setDispatcher(new InOrder());
    server.start();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    try {
      clients.forEach(SessionsClient::close);
      assertThat(unexpected).as("requests that nobody expected").isEmpty();
      if (context.getExecutionException().isEmpty()) {
        // A request that the client gave up may not be answered yet.
        until("all requests of " + script + " have come", script::isEmpty);
        until(
            "no response is left open",
            () -> connections.connectionCount() == connections.idleConnectionCount());
        until("no thread of ours is left", () -> ourThreads().isEmpty());
      }
    } finally {
      connections.evictAll();
      server.close();
    }
  }

  static List<String> ourThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("sandpiper"))
        .toList();
  }

  /** Fails if {@code fact} does not come true within ten seconds. */
  static void until(String fact, BooleanSupplier holds) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime()).as("still not true: " + fact).isLessThan(end);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
    }
  }

  SessionsClientBuilder builder() {
    return SessionsClient.builder()
        .baseUrl(url())
        .httpClient(new OkHttpClient.Builder().connectionPool(connections).build());
  }

  String url() {
    return "http://127.0.0.1:" + server.getPort();
  }

  /** Builds a client that is closed after the test. */
  SessionsClient open(SessionsClientBuilder builder) {
    SessionsClient client = builder.build();
    clients.add(client);
    return client;
  }

  SessionsClient client() {
    return open(builder());
  }

  /** A session that we are connected to, and that closing leaves alone. */
  Session session() {
    return session(client());
  }

  Session session(SessionsClient client) {
    expect("GET /sessions/s1", 200, CREATED);
    return client.connect("s1");
  }

  /** The next request, such as {@code GET /sessions/s1}, and its answer. */
  ScriptedSessions expect(String line, int status, String body) {
    return expect(line, () -> answer(status, body));
  }

  ScriptedSessions expect(String line, Answer answer) {
    script.add(new Expected(line, answer));
    return this;
  }

  /** What this request is answered however often it comes. */
  ScriptedSessions always(String line, Answer answer) {
    always.put(line, answer);
    return this;
  }

  static MockResponse answer(int status, String body) {
    return new MockResponse.Builder()
        .code(status)
        .addHeader("Content-Type", "application/json; charset=utf-8")
        .body(body)
        .build();
  }

  /** The requests with this line, in order. */
  List<RecordedRequest> requests(String line) {
    return requests.stream().filter(request -> line(request).equals(line)).toList();
  }

  /** All lines so far, in order. */
  List<String> lines() {
    return requests.stream().map(ScriptedSessions::line).toList();
  }

  /** The document in the only request with this line. */
  JsonNode sent(String line) throws Exception {
    assertThat(requests(line)).hasSize(1);
    return Json.parse(requests(line).get(0).getBody().toByteArray());
  }

  private static String line(RecordedRequest request) {
    return request.getMethod() + " " + request.getTarget();
  }

  private final class InOrder extends Dispatcher {
    @Override
    public MockResponse dispatch(RecordedRequest request) {
      requests.add(request);
      try {
        Answer answer = always.get(line(request));
        if (answer != null) {
          return answer.make();
        }
        Expected next = script.poll();
        if (next == null || !next.line().equals(line(request))) {
          unexpected.add(line(request) + ", expected was " + next);
          return answer(418, "");
        }
        return next.answer().make();
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }
  }
}
