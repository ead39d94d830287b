package dev.sandpiper.testkit.e2b;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pausing and resuming: the statuses are those of E2B's reference, the processes are real. */
class PauseTest {
  private static final String START = "/process.Process/Start";

  @RegisterExtension final LocalServer server = new LocalServer();

  @BeforeEach
  void assumeProcessesCanBeSeen() {
    assumeTrue(Files.isDirectory(Path.of("/proc/self")), "states of processes need Linux");
  }

  private HttpResponse<String> post(TestSandbox sandbox, String action, String body)
      throws Exception {
    return server.control("POST", "/sandboxes/" + sandbox.id() + "/" + action, body);
  }

  private int status(TestSandbox sandbox, String action, String body) throws Exception {
    return post(sandbox, action, body).statusCode();
  }

  private JsonNode info(TestSandbox sandbox) throws Exception {
    return LocalServer.json.readTree(
        server.control("GET", "/sandboxes/" + sandbox.id(), "").body());
  }

  /** The kernel's letter for a process; {@code -} if there is none. */
  private static char state(long pid) throws IOException {
    try {
      String line =
          Files.readString(
              Path.of("/proc", Long.toString(pid), "stat"), StandardCharsets.ISO_8859_1);
      return line.charAt(line.lastIndexOf(')') + 2);
    } catch (IOException e) {
      return '-';
    }
  }

  private static void until(Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!condition.call()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(end);
      Thread.onSpinWait();
    }
  }

  private static long pidIn(TestSandbox sandbox, String name) throws Exception {
    Path file = sandbox.home().resolve(name);
    until(() -> Files.exists(file) && Files.readString(file).endsWith("\n"));
    return Long.parseLong(Files.readString(file).strip());
  }

  private static boolean isStopped(long pid) throws IOException {
    return state(pid) == 'T';
  }

  private static boolean runs(long pid) throws IOException {
    return "RSD".indexOf(state(pid)) >= 0;
  }

  @Test
  void everyProcessStandsStillAndGoesOn() throws Exception {
    TestSandbox sandbox = server.create();
    String apart = "env -i setsid sh -c 'echo $$ > apart; exec sleep 600' & ";
    String stray = "(setsid sh -c 'echo $$ > stray; exec sleep 600' &) ; ";
    String own = "echo $$ > own; while :; do echo x >> count; done";
    EventStream events = sandbox.shell(apart + stray + own);
    long shell = events.pid();
    List<Long> all = List.of(shell, pidIn(sandbox, "apart"), pidIn(sandbox, "stray"));
    assertThat(pidIn(sandbox, "own")).isEqualTo(shell);

    assertThat(status(sandbox, "pause", "{}")).isEqualTo(204);
    for (long pid : all) assertThat(state(pid)).as("pid " + pid).isEqualTo('T');
    long size = Files.size(sandbox.home().resolve("count"));
    assertThatThrownBy(events::rest).isInstanceOf(IOException.class);
    assertThat(Files.size(sandbox.home().resolve("count"))).isEqualTo(size);

    assertThat(status(sandbox, "connect", "{\"timeout\":60}")).isEqualTo(201);
    for (long pid : all) until(() -> runs(pid));
    until(() -> Files.size(sandbox.home().resolve("count")) > size);
    assertThat(sandbox.run("kill -9 " + shell)).anyMatch(line -> line.startsWith("end "));
  }

  @Test
  void aServerAndTheVariablesOfASandboxAreThereAgainAfterThePause() throws Exception {
    TestSandbox sandbox =
        server.create("{\"templateID\":\"base\",\"timeout\":60,\"envVars\":{\"A\":\"b\"}}");
    String script =
        "use IO::Socket::INET; my $s = IO::Socket::INET->new(LocalAddr => q(127.0.0.1), Listen => 5)"
            + " or die; open my $f, q(>), q(port); print $f $s->sockport, qq(\\n); close $f;"
            + " while (my $c = $s->accept) { 1 while (<$c> // q()) =~ /\\S/;"
            + " print $c qq(HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\nConnection: close"
            + "\\r\\n\\r\\nhi); close $c }";
    EventStream events = sandbox.shell("exec perl -e '" + script + "'");
    int port = Math.toIntExact(pidIn(sandbox, "port"));
    assertThat(server.send(sandbox.request("/", port)).body()).isEqualTo("hi");

    assertThat(status(sandbox, "pause", "{}")).isEqualTo(204);
    assertThat(server.send(sandbox.request("/", port)).statusCode()).isEqualTo(502);
    assertThat(status(sandbox, "connect", "{\"timeout\":60}")).isEqualTo(201);
    assertThat(server.send(sandbox.request("/", port)).body()).isEqualTo("hi");
    assertThat(sandbox.run("echo $A")).contains("stdout b");
    assertThatThrownBy(events::rest).isInstanceOf(IOException.class);
  }

  @Test
  void aJobThatWasStoppedBeforeStaysSo() throws Exception {
    TestSandbox sandbox = server.create();
    try (EventStream events = sandbox.shell("sleep 600 & echo $! > job; kill -STOP $!; wait")) {
      long shell = events.pid();
      long job = pidIn(sandbox, "job");
      until(() -> isStopped(job));
      assertThat(status(sandbox, "pause", "{}")).isEqualTo(204);
      assertThat(state(shell)).isEqualTo('T');
      assertThat(status(sandbox, "connect", "{\"timeout\":60}")).isEqualTo(201);
      until(() -> runs(shell));
      assertThat(state(job)).isEqualTo('T');
    }
  }

  @Test
  void aPausedSandboxAnswersAsOneThatIsGone() throws Exception {
    TestSandbox sandbox = server.create();
    assertThat(status(sandbox, "pause", "{\"memory\":true}")).isEqualTo(204);
    HttpResponse<String> answer = server.send(sandbox.request("/health"));
    assertThat(answer.statusCode()).isEqualTo(502);
    assertThat(answer.body())
        .isEqualTo(
            "{\"sandboxId\":\"%s\",\"message\":\"The sandbox was not found\",\"code\":502}"
                .formatted(sandbox.id()));
    assertThat(sandbox.post("/process.Process/List", "{}").statusCode()).isEqualTo(502);
    assertThat(server.send(sandbox.request("/", 8080)).statusCode()).isEqualTo(502);
    assertThat(status(sandbox, "timeout", "{\"timeout\":60}")).isEqualTo(409);
    assertThat(status(sandbox, "refreshes", "{}")).isEqualTo(409);
  }

  @Test
  void infoAndListShowThePause() throws Exception {
    TestSandbox running = server.create();
    TestSandbox sandbox = server.create();
    assertThat(info(sandbox).path("state").asText()).isEqualTo("running");
    assertThat(info(sandbox).has("pauseMode")).isFalse();
    Instant before = Instant.now().minusMillis(1);
    assertThat(status(sandbox, "pause", "{}")).isEqualTo(204);
    JsonNode info = info(sandbox);
    assertThat(info.path("state").asText()).isEqualTo("paused");
    assertThat(info.path("pauseMode").asText()).isEqualTo("full");
    assertThat(info.path("domain").isNull()).isTrue();
    assertThat(Instant.parse(info.path("endAt").asText())).isBetween(before, Instant.now());
    assertThat(listed("?state=paused")).containsExactly(sandbox.id());
    assertThat(listed("?state=running")).containsExactly(running.id());
    assertThat(listed("")).containsExactly(sandbox.id(), running.id());
    HttpResponse<String> both = server.control("GET", "/v2/sandboxes?state=running,paused", "");
    assertThat(both.headers().firstValue("X-Total-Running")).hasValue("1");
    HttpResponse<String> paused = server.control("GET", "/v2/sandboxes?state=paused", "");
    assertThat(paused.headers().firstValue("X-Total-Running")).isEmpty();
  }

  private List<String> listed(String query) throws Exception {
    JsonNode list =
        LocalServer.json.readTree(server.control("GET", "/v2/sandboxes" + query, "").body());
    return list.findValuesAsText("sandboxID");
  }

  @Test
  void theStatusesAreThoseOfThePlatform() throws Exception {
    TestSandbox nobody = new TestSandbox(server, "nobody", null);
    assertThat(status(nobody, "pause", "{}")).isEqualTo(404);
    assertThat(status(nobody, "resume", "{}")).isEqualTo(404);
    TestSandbox sandbox = server.create();
    assertThat(status(sandbox, "resume", "{}")).isEqualTo(409);
    assertThat(status(sandbox, "connect", "{\"timeout\":60,\"memory\":false}")).isEqualTo(200);
    assertThat(status(sandbox, "pause", "{\"memory\":1}")).isEqualTo(400);
    assertThat(status(sandbox, "pause", "")).isEqualTo(204);
    assertThat(status(sandbox, "pause", "{}")).isEqualTo(409);
    assertThat(status(sandbox, "resume", "{\"timeout\":60}")).isEqualTo(201);
    assertThat(status(sandbox, "pause", "{}")).isEqualTo(204);
    String connect = "/v2/sandboxes/" + sandbox.id() + "/connect";
    assertThat(server.control("POST", connect, "{}").statusCode()).isEqualTo(201);
    assertThat(server.control("POST", connect, "{}").statusCode()).isEqualTo(200);
    Duration left =
        Duration.between(Instant.now(), Instant.parse(info(sandbox).path("endAt").asText()));
    assertThat(left.toSeconds()).isBetween(200L, 300L);
  }

  @Test
  void withoutMemoryOnlyTheFilesStay() throws Exception {
    TestSandbox sandbox = server.create();
    EventStream events = sandbox.shell("echo kept > file; echo $$ > own; sleep 600");
    long pid = events.pid();
    assertThat(pidIn(sandbox, "own")).isEqualTo(pid);
    assertThat(status(sandbox, "pause", "{\"memory\":false}")).isEqualTo(204);
    assertThat(state(pid)).isEqualTo('-');
    assertThat(info(sandbox).path("pauseMode").asText()).isEqualTo("filesystem");
    assertThatThrownBy(events::rest).isInstanceOf(IOException.class);
    assertThat(status(sandbox, "connect", "{\"timeout\":60}")).isEqualTo(201);
    assertThat(sandbox.call("/process.Process/List", "{}").path("processes")).isEmpty();
    assertThat(sandbox.run("cat file")).contains("stdout kept");
  }

  @Test
  void resumedWithoutItsMemoryItBootsFromItsFiles() throws Exception {
    TestSandbox sandbox = server.create();
    long pid = sandbox.shell("echo kept > file; echo $$ > own; sleep 600").pid();
    assertThat(pidIn(sandbox, "own")).isEqualTo(pid);
    assertThat(status(sandbox, "pause", "{}")).isEqualTo(204);
    assertThat(state(pid)).isEqualTo('T');
    assertThat(status(sandbox, "connect", "{\"timeout\":60,\"memory\":false}")).isEqualTo(201);
    assertThat(state(pid)).isEqualTo('-');
    assertThat(sandbox.run("cat file")).contains("stdout kept");
  }

  @Test
  void aProcessCanBeFollowedAgainAfterThePause() throws Exception {
    TestSandbox sandbox = server.create();
    long pid = sandbox.shell("until [ -e go ]; do sleep 0.05; done; echo went; exit 3").pid();
    assertThat(status(sandbox, "pause", "{}")).isEqualTo(204);
    assertThat(status(sandbox, "connect", "{\"timeout\":60}")).isEqualTo(201);
    String request = "{\"process\":{\"pid\":%d}}".formatted(pid);
    try (EventStream events = sandbox.stream("/process.Process/Connect", request)) {
      assertThat(events.pid()).isEqualTo(pid);
      Files.createFile(sandbox.home().resolve("go"));
      assertThat(events.rest())
          .contains("stdout went")
          .anyMatch(line -> line.contains("\"exitCode\":3"));
    }
  }

  @Test
  void theTimeOfACommandStandsStillToo() throws Exception {
    TestSandbox sandbox = server.create();
    String request = TestSandbox.shellRequest("sleep 600", false);
    long begun = System.nanoTime();
    long pid = sandbox.stream(START, request, "Connect-Timeout-Ms", "3000").pid();
    assertThat(status(sandbox, "pause", "{}")).isEqualTo(204);
    long left = begun + Duration.ofSeconds(3).toNanos() - System.nanoTime();
    assumeTrue(left > Duration.ofSeconds(1).toNanos(), "this machine is too slow");
    until(() -> System.nanoTime() - begun > Duration.ofSeconds(3).toNanos());
    assertThat(state(pid)).isEqualTo('T');
    long resumed = System.nanoTime();
    assertThat(status(sandbox, "connect", "{\"timeout\":60}")).isEqualTo(201);
    until(() -> state(pid) == '-');
    assertThat(System.nanoTime() - resumed).isGreaterThanOrEqualTo(left);
  }

  @Test
  void atItsEndASandboxPausesThatWasMadeSo() throws Exception {
    TestSandbox sandbox =
        server.create("{\"templateID\":\"base\",\"timeout\":2,\"autoPause\":true}");
    assertThat(info(sandbox).at("/lifecycle/onTimeout").asText()).isEqualTo("pause");
    long pid = sandbox.shell("exec sleep 600").pid();
    until(() -> info(sandbox).path("state").asText().equals("paused"));
    until(() -> isStopped(pid));
    assertThat(server.send(sandbox.request("/health")).statusCode()).isEqualTo(502);
    assertThat(status(sandbox, "connect", "{\"timeout\":60}")).isEqualTo(201);
    assertThat(server.send(sandbox.request("/health")).statusCode()).isEqualTo(204);
  }

  @Test
  void aRequestWithTheTokenResumesASandboxThatWasMadeSo() throws Exception {
    TestSandbox sandbox =
        server.create(
            "{\"templateID\":\"base\",\"timeout\":60,\"secure\":true,\"autoPause\":true,"
                + "\"autoResume\":{\"enabled\":true}}");
    assertThat(info(sandbox).at("/lifecycle/autoResume").asBoolean()).isTrue();
    assertThat(status(sandbox, "pause", "{}")).isEqualTo(204);
    TestSandbox stranger = new TestSandbox(server, sandbox.id(), "wrong");
    assertThat(server.send(stranger.request("/health")).statusCode()).isEqualTo(403);
    assertThat(info(sandbox).path("state").asText()).isEqualTo("paused");
    assertThat(sandbox.run("echo awake")).contains("stdout awake");
    Duration left =
        Duration.between(Instant.now(), Instant.parse(info(sandbox).path("endAt").asText()));
    assertThat(left.toSeconds()).isBetween(200L, 300L);
    assertThat(status(sandbox, "pause", "{}")).isEqualTo(204);
    assertThat(server.send(sandbox.request("/", 9)).body()).contains("port is not open");
    assertThat(info(sandbox).path("state").asText()).isEqualTo("running");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"autoResume\":{\"enabled\":true} | autoResume needs autoPause",
        "\"autoResume\":true,\"autoPause\":true | enabled is true or false",
        "\"autoPauseMemory\":false | only with autoPause",
        "\"autoPause\":\"yes\" | autoPause must be true or false",
        "\"autoPause\":true,\"autoPauseMemory\":false,\"autoResume\":{\"enabled\":true}"
            + " | autoResume needs autoPauseMemory"
      })
  void whatContradictsItselfIsRefused(String fields, String reason) throws Exception {
    HttpResponse<String> answer =
        server.control("POST", "/v2/sandboxes", "{\"templateID\":\"base\"," + fields + "}");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
    assertThat(answer.body()).contains(reason);
  }

  @Test
  void killingAPausedSandboxLeavesNothing() throws Exception {
    TestSandbox sandbox = server.create();
    sandbox.shell("trap '' TERM; echo $$ > own; sleep 600; sleep 600").pid();
    long pid = pidIn(sandbox, "own");
    assertThat(status(sandbox, "pause", "{}")).isEqualTo(204);
    assertThat(server.control("DELETE", "/sandboxes/" + sandbox.id(), "").statusCode())
        .isEqualTo(204);
    assertThat(state(pid)).isEqualTo('-');
    assertThat(LocalServer.members(sandbox.id())).isEmpty();
    assertThat(sandbox.home()).doesNotExist();
    assertThat(status(sandbox, "connect", "{\"timeout\":60}")).isEqualTo(404);
  }

  @Test
  void aServerThatClosesLeavesNoStoppedProcess() throws Exception {
    TestSandbox sandbox = server.create();
    long pid = sandbox.shell("exec sleep 600").pid();
    assertThat(status(sandbox, "pause", "{}")).isEqualTo(204);
    server.sandboxes().close();
    assertThat(state(pid)).isEqualTo('-');
  }

  /** An interval of nothing crashes the daemon, here as there. */
  @Test
  void aPauseWithADeadDaemonIsResumedOnlyFromItsFiles() throws Exception {
    TestSandbox sandbox = server.create();
    assertThatThrownBy(() -> sandbox.run("sleep 600", "Keepalive-Ping-Interval", "0"))
        .isInstanceOf(IOException.class);
    assertThat(status(sandbox, "pause", "{\"requireHealthyGuest\":true}")).isEqualTo(503);
    assertThat(status(sandbox, "pause", "{\"memory\":false}")).isEqualTo(503);
    assertThat(status(sandbox, "pause", "{}")).isEqualTo(204);
    assertThat(info(sandbox).path("envdUnresponsiveAtPause").asBoolean()).isTrue();
    HttpResponse<String> plain = post(sandbox, "connect", "{\"timeout\":60}");
    assertThat(plain.statusCode()).isEqualTo(409);
    assertThat(plain.body()).contains("\"sandbox_snapshot_guest_agent_unresponsive\"");
    assertThat(status(sandbox, "connect", "{\"timeout\":60,\"memory\":false}")).isEqualTo(201);
    assertThat(sandbox.run("echo well")).contains("stdout well");
  }
}
