package dev.sandpiper.e2b;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.EventStream;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.RateLimitedException;
import dev.sandpiper.RefusedException;
import dev.sandpiper.SandboxFilter;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.SandboxInfo.State;
import dev.sandpiper.SandboxNotRunningException;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.e2b.connect.Frames;
import dev.sandpiper.wire.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The calls of the platform around a sandbox, as its specification of November 2026 has them. */
class PlatformTest {
  private static final String LOOK = "GET /sandboxes/isb1";

  @RegisterExtension final ScriptedE2b e2b = new ScriptedE2b();

  private static JsonNode parse(String json) throws Exception {
    return Json.parse(json.getBytes(StandardCharsets.UTF_8));
  }

  private void assertSent(String line, String body) throws Exception {
    assertThat(ScriptedE2b.json(e2b.take(line))).isEqualTo(parse(body));
  }

  private void look(String state) {
    e2b.answer(200, "{\"sandboxID\": \"isb1\", \"state\": \"" + state + "\"}");
  }

  @Test
  void aSpecSendsWhatItSaysAndNothingElse() throws Exception {
    e2b.answer(201, ScriptedE2b.sandboxJson("0.6.13"));
    E2bSandboxSpec spec =
        E2bSandboxSpec.of(SandboxSpec.standard())
            .onTimeout(E2bOnTimeout.PAUSE)
            .autoResume(true)
            .internetAccess(true)
            .volume("data", "/mnt/data")
            .network(
                E2bNetwork.standard()
                    .allowOut("api.example.com", "10.0.0.0/8")
                    .denyOut(E2bNetwork.ALL_TRAFFIC)
                    .rule("API.example.com", Map.of("X-Key", "k"))
                    .dnsServers("1.1.1.1")
                    .httpsPorts(8443)
                    .publicTraffic(false)
                    .maskRequestHost("localhost:${PORT}")
                    .egressProxy(E2bEgressProxy.at("proxy.test:1080").credentials("u", "p").tls()))
            .extra("{\"mcp\": {\"server\": {}}, \"iam\": null}");
    e2b.client().create(spec).detach();

    JsonNode sent = ScriptedE2b.json(e2b.take("POST /v2/sandboxes"));
    ((com.fasterxml.jackson.databind.node.ObjectNode) sent).remove("metadata");
    assertThat(sent)
        .isEqualTo(
            parse(
                """
                {"templateID": "base", "timeout": 300, "autoPause": true,
                 "autoResume": {"enabled": true}, "allow_internet_access": true,
                 "volumeMounts": [{"name": "data", "path": "/mnt/data"}],
                 "network": {"allowOut": ["api.example.com", "10.0.0.0/8"],
                   "denyOut": ["0.0.0.0/0"],
                   "rules": {"api.example.com": [{"transform": {"headers": {"X-Key": "k"}}}]},
                   "dnsServers": ["1.1.1.1"], "httpsPorts": [8443], "allowPublicTraffic": false,
                   "maskRequestHost": "localhost:${PORT}",
                   "egressProxy": {"address": "proxy.test:1080", "username": "u", "password": "p",
                     "tls": {"enabled": true}}},
                 "mcp": {"server": {}}, "iam": null}"""));
  }

  @Test
  void whatExcludesEachOtherIsRefusedBeforeAnythingIsSent() {
    E2bSandboxSpec spec = E2bSandboxSpec.of(SandboxSpec.standard());
    List<E2bSandboxSpec> contradictions =
        List.of(
            spec.autoResume(true),
            spec.onTimeout(E2bOnTimeout.KILL).autoResume(true),
            spec.pauseOnTimeout(E2bPauseMode.FILESYSTEM).autoResume(true),
            spec.network(E2bNetwork.standard().allowOut("example.com")));
    for (E2bSandboxSpec contradiction : contradictions) {
      assertThatIllegalArgumentException().isThrownBy(() -> e2b.client().create(contradiction));
    }
    assertThatIllegalArgumentException().isThrownBy(() -> spec.extra("{\"timeout\": 1}"));
    assertThatIllegalArgumentException().isThrownBy(() -> spec.extra("[]"));
    assertThatIllegalArgumentException().isThrownBy(() -> spec.volume("a", "mnt"));
    E2bNetwork rules = E2bNetwork.standard();
    assertThatIllegalArgumentException().isThrownBy(() -> rules.denyOut("example.com"));
    for (String address : List.of("999.1.1.1", "1.1.1.1/33", ":::::::/9", "::1/129", " ")) {
      assertThatIllegalArgumentException().isThrownBy(() -> rules.denyOut(address));
      assertThatIllegalArgumentException().isThrownBy(() -> rules.dnsServers(address));
    }
    for (String destination : List.of(" ", "http://x y/", "a..b", "")) {
      assertThatIllegalArgumentException().isThrownBy(() -> rules.allowOut(destination));
    }
    rules.denyOut("10.0.0.0/8", "::1", "2001:db8::/32").allowOut("*.example.com", "b-1.example");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> rules.rule("example.com", Map.of("X", "a\r\nB: c")));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> E2bLogQuery.all().since(java.time.Instant.MAX));
    assertThatIllegalArgumentException().isThrownBy(() -> rules.httpsPorts(49983));
    assertThatIllegalArgumentException().isThrownBy(() -> rules.rule("*", Map.of()));
    assertThatIllegalArgumentException().isThrownBy(() -> E2bEgressProxy.at("u:p@h:1"));
  }

  @ParameterizedTest
  @CsvSource({"FULL, true", "FILESYSTEM, false"})
  void aPauseSaysWhatToKeep(E2bPauseMode mode, boolean memory) throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(204, "");
    assertThat(sandbox.pause(mode)).isTrue();
    assertSent("POST /sandboxes/isb1/pause", "{\"memory\": " + memory + "}");
  }

  @Test
  void aConflictIsOnlyPausedIfThePlatformSaysSo() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(409, "{\"message\": \"already paused\"}");
    look("paused");
    assertThat(sandbox.pause()).isFalse();
    e2b.answer(409, "{\"message\": \"cannot be paused while it is being forked\"}");
    look("running");
    assertThatThrownBy(sandbox::pause)
        .isInstanceOf(PlatformException.class)
        .hasMessageContaining("being forked");
    for (int i = 0; i < 2; i++) {
      e2b.take("POST /sandboxes/isb1/pause");
      e2b.take(LOOK);
    }
  }

  @Test
  void aLostPauseIsLookedInto() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(Frames.nothing());
    look("paused");
    assertThat(sandbox.pause()).isTrue();
    e2b.answer(Frames.nothing());
    look("running");
    assertThatThrownBy(sandbox::pause)
        .isInstanceOf(ConnectionLostException.class)
        .hasMessageContaining("cannot be known");
    for (int i = 0; i < 2; i++) {
      e2b.take("POST /sandboxes/isb1/pause");
      e2b.take(LOOK);
    }
  }

  @Test
  void aSandboxThatSleepsIsToldAsSuch() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(502, "{\"sandboxId\": \"isb1\", \"message\": \"The sandbox was not found\"}");
    look("paused");
    assertThatThrownBy(() -> sandbox.exec("true"))
        .isInstanceOfSatisfying(
            SandboxNotRunningException.class, e -> assertThat(e.state()).contains(State.PAUSED))
        .hasMessageContaining("resume()");
    e2b.take();
    e2b.take(LOOK);
  }

  @Test
  void resumingSaysWhetherItSlept() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(201, ScriptedE2b.sandboxJson("0.6.13"));
    e2b.answer(200, ScriptedE2b.sandboxJson("0.6.13"));
    assertThat(sandbox.resume(Duration.ofMinutes(1))).isTrue();
    assertThat(sandbox.resume(Duration.ofMinutes(1), E2bResumeMode.REBOOT)).isFalse();
    assertSent("POST /sandboxes/isb1/connect", "{\"timeout\": 60}");
    assertSent("POST /v2/sandboxes/isb1/connect", "{\"timeout\": 60, \"memory\": false}");
  }

  @Test
  void whatAnOldControlPlaneWouldNotHearOfIsRefused() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    Map<String, Runnable> calls =
        Map.of(
            "reboots", () -> sandbox.resume(Duration.ofMinutes(1), E2bResumeMode.REBOOT),
            "pausing", sandbox::pause,
            "snapshots", sandbox::snapshot,
            "forks", () -> sandbox.fork(1, Duration.ofMinutes(1)),
            "network rules", () -> sandbox.updateNetwork(E2bNetwork.standard()),
            "metrics", () -> sandbox.telemetry().metrics(),
            "logs", () -> sandbox.telemetry().logs(E2bLogQuery.all()).iterator().next());
    for (Map.Entry<String, Runnable> call : calls.entrySet()) {
      e2b.answer(404, "404 page not found");
      assertThatThrownBy(call.getValue()::run)
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("no " + call.getKey() + ", so nothing was done");
      e2b.take();
    }
    e2b.answer(404, "{\"code\": 404, \"message\": \"sandbox isb1 not found\"}");
    assertThatThrownBy(sandbox::snapshot).isInstanceOf(NotFoundException.class);
    e2b.take();
  }

  @Test
  void oneThatWasPausedUnresponsiveIsToBeRebooted() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(
        409,
        """
        {"message": "no answer", "error_code": "sandbox_snapshot_guest_agent_unresponsive"}""");
    assertThatThrownBy(() -> sandbox.resume(Duration.ofMinutes(1)))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("REBOOT");
    e2b.take();
  }

  @Test
  void aResumedSandboxAtAnotherAddressIsToldAndNotMistaken() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(201, ScriptedE2b.sandboxJson("0.6.13").replace(ScriptedE2b.TOKEN, "another"));
    assertThatThrownBy(() -> sandbox.resume(Duration.ofMinutes(1)))
        .isInstanceOf(PlatformException.class)
        .hasMessageContaining("connect to its id anew")
        .hasMessageNotContaining("another\"");
    e2b.take();
  }

  @Test
  void snapshotsAreMadeListedAndDeleted() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(201, "{\"snapshotID\": \"team/s1:v1\", \"names\": [\"team/s1\", 3]}");
    E2bSnapshot snapshot =
        sandbox.snapshot(E2bSnapshotOptions.standard().name("s1").mode(E2bPauseMode.FILESYSTEM));
    assertThat(snapshot.id()).isEqualTo("team/s1:v1");
    assertThat(snapshot.names()).containsExactly("team/s1");
    assertSent("POST /sandboxes/isb1/snapshots", "{\"name\": \"s1\", \"memory\": false}");

    e2b.answer(200, "[{\"snapshotID\": \"a\"}]", "X-Next-Token: n");
    e2b.answer(200, "[{\"snapshotID\": \"b\"}]");
    assertThat(sandbox.snapshots().stream().map(E2bSnapshot::id)).containsExactly("a", "b");
    e2b.take("GET /snapshots?limit=100&sandboxID=isb1");
    e2b.take("GET /snapshots?limit=100&sandboxID=isb1&nextToken=n");

    e2b.answer(204, "");
    e2b.answer(404, "");
    assertThat(e2b.client().deleteSnapshot("team/s1:v1")).isTrue();
    assertThat(e2b.client().deleteSnapshot("team/s1:v1")).isFalse();
    e2b.take("DELETE /templates/team%2Fs1:v1");
    e2b.take("DELETE /templates/team%2Fs1:v1");
  }

  @Test
  void aLostSnapshotCannotBeKnown() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(Frames.nothing());
    assertThatThrownBy(sandbox::snapshot)
        .isInstanceOf(ConnectionLostException.class)
        .hasMessageContaining("cannot be known");
    assertSent("POST /sandboxes/isb1/snapshots", "{}");
  }

  @Test
  void eachForkIsASandboxOrAnError() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(
        201,
        "[{\"sandbox\": "
            + ScriptedE2b.sandboxJson("0.6.13").replace("isb1", "fork1")
            + "}, {\"error\": {\"code\": 429, \"message\": \"limit\"}}, {}]");
    e2b.answer(502, "{\"code\": 502, \"message\": \"the port is not open\"}");
    e2b.answer(204, "");
    List<E2bFork> forks = sandbox.fork(3, Duration.ofMinutes(2));
    assertThat(forks).hasSize(3);
    assertThat(forks.get(0).orThrow().id()).isEqualTo("fork1");
    assertThat(forks.get(1).failure()).containsInstanceOf(RateLimitedException.class);
    assertThatThrownBy(forks.get(2)::orThrow).isInstanceOf(PlatformException.class);
    assertSent("POST /sandboxes/isb1/fork", "{\"count\": 3, \"timeout\": 120}");
    e2b.take("GET /health");
    e2b.take("GET /health");

    e2b.answer(204, "");
    forks.get(0).orThrow().close();
    e2b.take("DELETE /sandboxes/fork1");
    assertThatIllegalArgumentException().isThrownBy(() -> sandbox.fork(21, Duration.ofMinutes(1)));
  }

  @Test
  void updatingTheNetworkReplacesAllOfIt() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(204, "");
    sandbox.updateNetwork(E2bNetwork.standard().denyOut("10.0.0.1"));
    assertSent("PUT /sandboxes/isb1/network", "{\"denyOut\": [\"10.0.0.1\"]}");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> sandbox.updateNetwork(E2bNetwork.standard().publicTraffic(true)));
  }

  @Test
  void detailsHaveAllButTokensAndPasswords() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(
        200,
        """
        {"sandboxID": "isb1", "templateID": "t1", "alias": "python", "state": "paused",
         "cpuCount": 2, "memoryMB": 512, "diskSizeMB": 1024, "envdVersion": "0.6.13",
         "envdAccessToken": "secret-1", "pauseMode": "filesystem", "envdUnresponsiveAtPause": true,
         "allowInternetAccess": null, "domain": null,
         "lifecycle": {"onTimeout": "pause", "autoResume": false},
         "network": {"egressProxy": {"address": "h:1", "password": "secret-2"}},
         "volumeMounts": [{"name": "v", "path": "/v"}]}""");
    E2bSandboxDetails details = sandbox.details();
    assertThat(details.common().state()).isEqualTo(State.PAUSED);
    assertThat(details.templateId()).contains("t1");
    assertThat(details.cpuCount()).hasValue(2);
    assertThat(details.memoryMegabytes()).hasValue(512);
    assertThat(details.diskMegabytes()).hasValue(1024);
    assertThat(details.pauseMode()).contains(E2bPauseMode.FILESYSTEM);
    assertThat(details.wasUnresponsiveAtPause()).isTrue();
    assertThat(details.onTimeout()).contains(E2bOnTimeout.PAUSE);
    assertThat(details.autoResume()).contains(false);
    assertThat(details.internetAccess()).isEmpty();
    assertThat(details.domain()).isEmpty();
    assertThat(details.volumes()).containsExactly(Map.entry("/v", "v"));
    assertThat(details.network().orElseThrow()).contains("h:1").doesNotContain("secret");
    assertThat(details.toString()).doesNotContain("secret");
    e2b.take(LOOK);
  }

  @ParameterizedTest
  @CsvSource({"204, true", "200, true", "502, false"})
  void theHealthOfASandboxSaysWhetherItRuns(int status, boolean runs) throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(status, "");
    assertThat(sandbox.isRunning()).isEqualTo(runs);
    e2b.take("GET /health");
  }

  @Test
  void aHealthThatCannotBeKnownIsNoAnswer() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(new MockResponse.Builder().code(500).body("no").build());
    assertThatThrownBy(sandbox::isRunning).isInstanceOf(PlatformException.class);
    e2b.take("GET /health");
  }

  @Test
  void samplesOfATimeHaveAllOfItsSeconds() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(
        200,
        """
        [{"timestampUnix": 1763800000, "cpuCount": 2, "cpuUsedPct": 12.5, "memUsed": 1,
          "memTotal": 2, "memCache": 3, "diskUsed": 4, "diskTotal": 5},
         {"timestamp": "2026-11-20T10:00:00Z"}]""");
    List<E2bMetrics> samples =
        sandbox
            .telemetry()
            .metrics(
                Instant.ofEpochMilli(1_763_799_999_900L), Instant.ofEpochMilli(1_763_800_000_100L));
    e2b.take("GET /sandboxes/isb1/metrics?start=1763799999&end=1763800001");
    assertThat(samples.get(0).time()).contains(Instant.ofEpochSecond(1_763_800_000));
    assertThat(samples.get(0).cpuUsedPercent()).hasValue(12.5);
    assertThat(samples.get(0).memoryCacheBytes()).hasValue(3);
    assertThat(samples.get(0).diskTotalBytes()).hasValue(5);
    assertThat(samples.get(1).time()).contains(Instant.parse("2026-11-20T10:00:00Z"));
    assertThat(samples.get(1).memoryUsedBytes()).isEmpty();
  }

  @Test
  void lastSamplesAreAskedForAHundredAtATimeAndStrangersAreNotShown() throws Exception {
    List<String> ids = IntStream.range(0, 101).mapToObj(i -> "s" + i).toList();
    e2b.answer(200, "{\"sandboxes\": {\"s1\": {\"cpuCount\": 1}, \"strangers\": {}}}");
    e2b.answer(200, "{\"sandboxes\": {\"s100\": {\"cpuCount\": 4}}}");
    assertThat(e2b.client().metrics(ids).keySet()).containsExactly("s1", "s100");
    String first = ids.stream().limit(100).collect(Collectors.joining("%2C"));
    e2b.take("GET /sandboxes/metrics?sandbox_ids=" + first);
    e2b.take("GET /sandboxes/metrics?sandbox_ids=s100");
  }

  private static String line(String time, String message) {
    return "{\"timestamp\": \""
        + time
        + "\", \"level\": \"info\", \"message\": \""
        + message
        + "\"}";
  }

  private static String page(String... lines) {
    return "{\"logs\": [" + String.join(",", lines) + "]}";
  }

  @Test
  void eachLineOfALogIsReadOnce() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    String a = line("2026-11-20T10:00:00.001Z", "a");
    String b = line("2026-11-20T10:00:00.002Z", "b");
    String c = line("2026-11-20T10:00:00.002Z", "c");
    e2b.answer(200, page(a, b));
    e2b.answer(200, page(a, b, b, c)); // b twice: written a second time in that millisecond
    e2b.answer(200, page(b, b, c));
    Instant since = Instant.parse("2026-11-20T10:00:00.001Z");
    assertThat(sandbox.telemetry().logs(E2bLogQuery.all().since(since).level("info").search("x")))
        .extracting(E2bLogEntry::message)
        .containsExactly("a", "b", "b", "c");
    String query = "&limit=1000&direction=forward&level=info&search=x";
    long start = since.toEpochMilli();
    e2b.take("GET /v2/sandboxes/isb1/logs?cursor=" + (start - 1) + query);
    e2b.take("GET /v2/sandboxes/isb1/logs?cursor=" + start + query);
    e2b.take("GET /v2/sandboxes/isb1/logs?cursor=" + start + query);
  }

  @Test
  void aLogIsFollowedAsItGrows() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(200, page(line("2026-11-20T10:00:00Z", "a")));
    try (EventStream<E2bLogEntry> log = sandbox.telemetry().followLogs(E2bLogQuery.all())) {
      assertThat(requireNonNull(log.next()).message()).isEqualTo("a");
      e2b.answer(200, page(line("2026-11-20T10:00:00Z", "a")));
      assertThatThrownBy(() -> log.next(Duration.ofMillis(200)))
          .isInstanceOf(TimeoutException.class);
      e2b.answer(200, page(line("2026-11-20T10:00:00Z", "a"), line("2026-11-20T10:00:01Z", "b")));
      assertThat(requireNonNull(log.next()).message()).isEqualTo("b");
      e2b.answer(404, "{\"code\": 404, \"message\": \"sandbox isb1 not found\"}");
      assertThatThrownBy(log::next).isInstanceOf(NotFoundException.class);
    }
    for (int i = 0; i < 4; i++) {
      e2b.take();
    }
  }

  @Test
  void listsAreFilteredHereToo() throws Exception {
    e2b.answer(
        200,
        """
        [{"sandboxID": "a", "templateID": "t", "state": "running",
          "startedAt": "2026-11-20T10:00:01Z", "metadata": {"k": "v"}},
         {"sandboxID": "other-template", "templateID": "u", "state": "running",
          "startedAt": "2026-11-20T10:00:01Z", "metadata": {"k": "v"}},
         {"sandboxID": "alias", "templateID": "u", "alias": "t", "state": "running",
          "startedAt": "2026-11-20T10:00:01Z", "metadata": {"k": "v"}},
         {"sandboxID": "too-old", "templateID": "t", "state": "running",
          "startedAt": "2026-11-20T09:00:00Z", "metadata": {"k": "v"}},
         {"sandboxID": "no-time", "templateID": "t", "state": "running", "metadata": {"k": "v"}},
         {"sandboxID": "paused", "templateID": "t", "state": "paused",
          "startedAt": "2026-11-20T10:00:01Z", "metadata": {"k": "v"}}]""");
    E2bSandboxFilter filter =
        E2bSandboxFilter.of(SandboxFilter.all().label("k", "v").state(State.RUNNING))
            .template("t")
            .startedSince(Instant.parse("2026-11-20T10:00:00.1234567Z"))
            .oldestFirst();
    assertThat(e2b.client().list(filter)).extracting(SandboxInfo::id).containsExactly("a", "alias");
    e2b.take(
        "GET /v2/sandboxes?limit=100&metadata=k%3Dv&state=running&template=t"
            + "&startedAfter=2026-11-20T10%3A00%3A00.123456Z&order=asc");
  }

  @Test
  void manyAreKilledOnlyWhereTheFilterIsTrueAndEachIsReported() throws Exception {
    e2b.answer(
        200,
        """
        [{"sandboxID": "mine1", "state": "running", "metadata": {"owner": "me"}},
         {"sandboxID": "strangers", "state": "running", "metadata": {"owner": "you"}},
         {"sandboxID": "mine2", "state": "running", "metadata": {"owner": "me"}},
         {"sandboxID": "mine3", "state": "running", "metadata": {"owner": "me"}}]""");
    e2b.answer(204, "");
    e2b.answer(500, "{\"message\": \"no\"}");
    e2b.answer(404, "");
    E2bKillReport report =
        e2b.client().killAll(E2bSandboxFilter.of(SandboxFilter.all().label("owner", "me")));
    assertThat(report.killed()).containsExactly("mine1");
    assertThat(report.failed().keySet()).containsExactly("mine2");
    assertThat(report.gone()).containsExactly("mine3");
    e2b.take();
    for (String id : List.of("mine1", "mine2", "mine3")) {
      RecordedRequest kill = e2b.take("DELETE /sandboxes/" + id);
      assertThat(kill.getMethod()).isEqualTo("DELETE");
    }
    E2bClient client = e2b.client();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> client.killAll(E2bSandboxFilter.of(SandboxFilter.all())));
  }

  @Test
  void aListThatFailsKillsNothing() throws Exception {
    e2b.answer(
        200, "[{\"sandboxID\": \"mine1\", \"metadata\": {\"owner\": \"me\"}}]", "X-Next-Token: n");
    e2b.answer(401, "");
    assertThatThrownBy(
            () ->
                e2b.client().killAll(E2bSandboxFilter.of(SandboxFilter.all().label("owner", "me"))))
        .hasMessageContaining("401");
    e2b.take();
    e2b.take();
  }
}
