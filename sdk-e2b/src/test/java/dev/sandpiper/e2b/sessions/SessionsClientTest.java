package dev.sandpiper.e2b.sessions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.sandpiper.Capability;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.Endpoint;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.SandboxFilter;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.UnsupportedCapabilityException;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.http.ManualTime;
import dev.sandpiper.testing.CapturedLog;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import mockwebserver3.MockResponse;
import mockwebserver3.SocketEffect;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(30)
class SessionsClientTest {
  private static final Duration SOON = Duration.ofMillis(20);
  private static final Duration INTERVAL = Duration.ofMinutes(3);
  private static final String SESSION = "GET /sessions/s1";

  @RegisterExtension final ScriptedSessions server = new ScriptedSessions();

  private final ManualTime time = new ManualTime();

  private static MockResponse created(String id) {
    return ScriptedSessions.answer(200, "{\"id\": \"" + id + "\", \"ports\": []}");
  }

  @Test
  void aCreationWhoseAnswerIsLostIsUnknownAndNotSentAgain() {
    server.expect(
        "POST /sessions",
        () ->
            new MockResponse.Builder()
                .onResponseStart(SocketEffect.ShutdownConnection.INSTANCE)
                .build());
    SessionsClient client = server.client();
    assertThatThrownBy(() -> client.create(SandboxSpec.standard()))
        .isInstanceOf(ConnectionLostException.class)
        .hasMessageContaining("it is unknown whether it was created");
    assertThat(server.lines()).containsExactly("POST /sessions");
  }

  @Test
  void anUnknownEnvironmentIsRefusedInTheServersWords() {
    server.expect("POST /sessions", 422, "{\"message\": \"Validation Failed\", \"details\": {}}");
    SessionsClient client = server.client();
    assertThatThrownBy(() -> client.create(SandboxSpec.template("Cobol")))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessage("create Cobol: Validation Failed (422)");
  }

  @Test
  void anyEnvironmentCanBeNamedAndBashIsTheDefault() throws Exception {
    SessionsClient client = server.client();
    server.expect("POST /sessions", () -> created("s1")).expect("DELETE /sessions/s1", 204, "");
    client.create(SandboxSpec.standard()).close();
    assertThat(server.sent("POST /sessions").path("envID").asText()).isEqualTo("Bash");
    server.expect("POST /sessions", () -> created("s2")).expect("DELETE /sessions/s2", 204, "");
    client.create(SandboxSpec.template("Our own")).close();
    assertThat(server.requests("POST /sessions").get(1).getBody().utf8())
        .isEqualTo("{\"envID\":\"Our own\"}");
  }

  @Test
  void anIdThatCouldLeadElsewhereIsMalformed() {
    SessionsClient client = server.client();
    for (String id : List.of("../x", "", "a b", "x/y")) {
      server.expect("POST /sessions", () -> created(id));
      assertThatThrownBy(() -> client.create(SandboxSpec.standard()))
          .isInstanceOf(WireFormatException.class);
    }
  }

  @Test
  void labelsAndListsAreRefusedBeforeAnythingIsSent() {
    SessionsClient client = server.client();
    assertThatThrownBy(() -> client.create(SandboxSpec.standard().label("a", "b")))
        .isInstanceOf(UnsupportedCapabilityException.class);
    assertThatThrownBy(() -> client.list(SandboxFilter.all()))
        .asInstanceOf(type(UnsupportedCapabilityException.class))
        .satisfies(e -> assertThat(e.capability()).isEqualTo(Capability.LISTS));
    assertThat(server.lines()).isEmpty();
  }

  @Test
  void aSessionThatIsNotThereIsNotFound() {
    SessionsClient client = server.client();
    server.expect(SESSION, 500, ScriptedSessions.FAILED);
    assertThatThrownBy(() -> client.connect("s1"))
        .asInstanceOf(type(NotFoundException.class))
        .returns(What.SANDBOX, NotFoundException::what);
  }

  @Test
  void killingWhatIsGoneIsFalse() {
    Session session = server.session();
    server.expect("DELETE /sessions/s1", 204, "");
    assertThat(session.kill()).isTrue();
    server.expect("DELETE /sessions/s1", 500, "").expect(SESSION, 500, "");
    assertThat(session.kill()).isFalse();
  }

  @Test
  void aSessionIsKilledByItsId() {
    SessionsClient client = server.client();
    server.expect("DELETE /sessions/s1", 204, "");
    assertThat(client.kill("s1")).isTrue();
    server.expect("DELETE /sessions/s1", 500, "").expect(SESSION, 500, "");
    assertThat(client.kill("s1")).isFalse();
  }

  @Test
  void whatIsKnownOfASessionIsThatItRuns() {
    Session session = server.session();
    server.expect(SESSION, 200, ScriptedSessions.CREATED);
    SandboxInfo info = session.info();
    assertThat(info.state()).isEqualTo(SandboxInfo.State.RUNNING);
    assertThat(info.expiresAt()).isEmpty();
    assertThat(session.capabilities()).isEqualTo(session.capabilities());
  }

  @Test
  void aPortIsReachedWhereTheSessionListsIt() {
    Session session = server.session();
    String ports =
        """
        {"id": "s1", "ports": [{"State": "LISTEN", "Ip": "0.0.0.0", "Port": 8080},
          {"State": "LISTEN", "Ip": "10.1.2.3", "Port": 9090},
          {"State": "LISTEN", "Ip": "evil/../x y", "Port": 9091}]}\
        """;
    server.expect(SESSION, 200, ports);
    assertThat(session.endpoint(8080))
        .isEqualTo(new Endpoint(URI.create("http://127.0.0.1:8080/"), Map.of()));
    server.expect(SESSION, 200, ports);
    assertThat(session.endpoint(9090).uri()).hasToString("http://10.1.2.3:9090/");
    server.expect(SESSION, 200, ports);
    assertThatThrownBy(() -> session.endpoint(9091)).isInstanceOf(WireFormatException.class);
    server.expect(SESSION, 200, ports);
    assertThatThrownBy(() -> session.endpoint(22))
        .asInstanceOf(type(NotFoundException.class))
        .returns(What.LISTENER, NotFoundException::what);
  }

  @Test
  void aBaseUrlMayHaveAPath() {
    SessionsClient client = server.open(server.builder().baseUrl(server.url() + "/old/api/"));
    server
        .expect("POST /old/api/sessions", () -> created("s1"))
        .expect("DELETE /old/api/sessions/s1", 204, "");
    client.create(SandboxSpec.standard()).close();
    assertThatThrownBy(() -> SessionsClient.at("http://user:secret@localhost:3000"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("secret");
  }

  @Test
  void headersOfTheCallersGoWithEveryRequestAndIntoNoMessage() {
    SessionsClient client = server.open(server.builder().header("X-API-Key", "s3cret"));
    server.expect(SESSION, 401, "{\"message\": \"no session for key s3cret\"}");
    assertThatThrownBy(() -> client.connect("s1")).hasMessageNotContaining("s3cret");
    assertThat(server.requests(SESSION).get(0).getHeaders().get("X-API-Key")).isEqualTo("s3cret");
    assertThat(CapturedLog.lines()).noneMatch(line -> line.contains("s3cret"));
    assertThatThrownBy(() -> SessionsClient.builder().header("X-API-Key", "s3cret\n"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("s3cret");
  }

  /** A client by a time that stands still. */
  private SessionsClientBuilder builder() {
    return server.builder().time(time);
  }

  private void untilAsked(int times) {
    ScriptedSessions.until("it is asked for", () -> server.requests(SESSION).size() == times);
  }

  private void assertNothingIsRefreshedAnyMore() {
    assertThat(time.repeated()).doesNotContain(INTERVAL);
  }

  @Test
  void manyIdleSessionsHaveOneTimerAndNoThreadEach() {
    SessionsClient client = server.open(builder());
    List<Session> sessions = new ArrayList<>();
    Map<String, Integer> looks = new ConcurrentHashMap<>();
    for (int i = 0; i < 60; i++) {
      String id = "s" + i;
      server.always(
          "GET /sessions/" + id,
          () -> {
            looks.merge(id, 1, Integer::sum);
            return created(id);
          });
      sessions.add(client.connect(id));
    }
    assertThat(looks).hasSize(60);
    assertThat(time.repeated()).containsOnlyOnce(INTERVAL);
    time.advance(INTERVAL);
    ScriptedSessions.until(
        "each is refreshed", () -> looks.values().stream().allMatch(count -> count == 2));
    assertThat(ScriptedSessions.ourThreads().stream().filter(name -> !name.contains("connect")))
        .as("the timer and the one that asks")
        .hasSizeLessThanOrEqualTo(2);
    sessions.forEach(Session::close);
    assertNothingIsRefreshedAnyMore();
  }

  @Test
  void anOpenSessionIsRefreshedAfterThreeMinutesAndNoSooner() {
    server.always(SESSION, () -> created("s1"));
    Session session = server.open(builder()).connect("s1");
    time.advance(INTERVAL.minusNanos(1));
    assertThat(server.requests(SESSION)).hasSize(1);
    time.advance(Duration.ofNanos(1));
    untilAsked(2);
    session.close();
  }

  @Test
  void closingDetachingAndTheClientsEndStopRefreshing() {
    server.always(SESSION, () -> created("s1"));
    SessionsClient client = server.open(builder());
    Session closed = client.connect("s1");
    time.advance(INTERVAL);
    untilAsked(2);
    closed.close();
    assertNothingIsRefreshedAnyMore();

    Session detached = client.connect("s1");
    assertThat(time.repeated()).contains(INTERVAL);
    assertThat(detached.detach()).isEqualTo("s1");
    assertNothingIsRefreshedAnyMore();

    Session open = client.connect("s1");
    assertThat(time.repeated()).contains(INTERVAL);
    client.close();
    assertNothingIsRefreshedAnyMore();
    open.close(); // one that is collected before is not refreshed
  }

  @Test
  void lookingOnlyDoesNotKeepASessionAlive() {
    server.always(SESSION, () -> created("s1"));
    server.open(builder()).connect("s1", Duration.ZERO);
    assertNothingIsRefreshedAnyMore();
    assertThat(server.requests(SESSION)).hasSize(1);
  }

  @Test
  void anOpenSessionThatHasGoneIsReportedOnceAndRefreshedNoMore() {
    server.expect(SESSION, 200, ScriptedSessions.CREATED);
    SessionsClient client = server.open(builder());
    server.expect(SESSION, 500, ScriptedSessions.FAILED);
    Session session = client.connect("s1");
    time.advance(INTERVAL);
    ScriptedSessions.until(
        "that is said",
        () ->
            CapturedLog.lines().stream()
                .anyMatch(line -> line.startsWith("WARN session s1 has gone")));
    assertNothingIsRefreshedAnyMore();
    session.close(); // one that is collected before is not refreshed
  }

  @Test
  void aRefreshThatFailsOtherwiseIsTriedAgain() {
    AtomicInteger looks = new AtomicInteger();
    server.always(
        SESSION,
        () -> looks.incrementAndGet() == 2 ? ScriptedSessions.answer(401, "") : created("s1"));
    SessionsClient client = server.open(server.builder().refreshInterval(SOON));
    Session session = client.connect("s1");
    ScriptedSessions.until("it is refreshed", () -> looks.get() > 2);
    session.close();
    assertThat(CapturedLog.lines())
        .anyMatch(line -> line.startsWith("WARN session s1 could not be refreshed"));
  }
}
