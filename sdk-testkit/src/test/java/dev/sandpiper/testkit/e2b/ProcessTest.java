package dev.sandpiper.testkit.e2b;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sandpiper.testkit.e2b.sandbox.Templates;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ProcessTest {
  private static final String SIGKILL = "{\"process\":{\"pid\":%d},\"signal\":\"SIGNAL_SIGKILL\"}";

  @RegisterExtension final LocalServer server = new LocalServer();

  @Test
  void aDeathBySignalIsNotAnExitWithTheSameNumber() throws Exception {
    TestSandbox sandbox = server.create();
    assertThat(sandbox.run("kill -KILL $$"))
        .containsExactly(
            "end {\"exitCode\":-1,\"status\":\"signal: killed\",\"error\":\"signal: killed\"}",
            "last {}");
    assertThat(sandbox.run("exit 137"))
        .containsExactly(
            "end {\"exitCode\":137,\"exited\":true,\"status\":\"exit status 137\","
                + "\"error\":\"exit status 137\"}",
            "last {}");
    assertThat(sandbox.run("kill -USR1 $$").get(0)).contains("signal: user defined signal 1");
    assertThat(sandbox.run("kill -40 $$").get(0)).contains("signal: signal 40");
  }

  @Test
  void aProcessLeadsNoGroupAndNoSession() throws Exception {
    TestSandbox sandbox = server.create();
    try (EventStream events = sandbox.shell("ps -o pgid=,sid= -p $$")) {
      long pid = events.pid();
      assertThat(events.rest().get(0)).doesNotContain(Long.toString(pid));
    }
  }

  @Test
  void aProcessUnderSetsidKeepsItsPidAsGroup() throws Exception {
    TestSandbox sandbox = server.create();
    String request =
        "{\"process\":{\"cmd\":\"setsid\",\"args\":[\"-w\",\"/bin/bash\",\"-c\","
            + "\"ps -o pgid= -p $$\"]},\"stdin\":false}";
    try (EventStream events = sandbox.stream("/process.Process/Start", request)) {
      long pid = events.pid();
      assertThat(events.rest().get(0).replace(" ", "")).isEqualTo("stdout" + pid);
    }
  }

  @Test
  void onlyItsOwnVariablesArePassed() throws Exception {
    TestSandbox sandbox =
        server.create("{\"templateID\":\"base\",\"envVars\":{\"A\":\"1\",\"B\":\"1\"}}");
    String request =
        "{\"process\":{\"cmd\":\"/usr/bin/env\",\"envs\":{\"B\":\"2\",\"C=D\":\"3\"}},"
            + "\"stdin\":false}";
    try (EventStream events = sandbox.stream("/process.Process/Start", request)) {
      events.pid();
      assertThat(events.next().substring("stdout ".length()).lines())
          .containsExactlyInAnyOrder(
              "PATH=" + System.getenv("PATH"),
              "HOME=" + sandbox.seen(),
              "USER=user",
              "LOGNAME=user",
              "A=1",
              "B=2",
              "C=D=3",
              "PWD=" + sandbox.seen(),
              "E2B_SANDBOX=true",
              "E2B_SANDBOX_ID=" + sandbox.id(),
              "E2B_TEMPLATE_ID="
                  + Objects.requireNonNull(Templates.of(Set.of("base")).find("base")).id());
    }
  }

  @Test
  void killingASandboxKillsWhatHasLeftTheFamily() throws Exception {
    TestSandbox sandbox = server.create();
    assertThat(sandbox.run("setsid sleep 1000 >/dev/null 2>&1 & sleep 0.1; echo done"))
        .contains("stdout done");
    assertThat(LocalServer.members(sandbox.id())).hasSize(1);
    server.control("DELETE", "/sandboxes/" + sandbox.id(), "");
    assertThat(LocalServer.members(sandbox.id())).isEmpty();
  }

  @Test
  void aTimeoutOfZeroEndsTheStreamAndTheProcessRunsOn() throws Exception {
    TestSandbox sandbox = server.create();
    assertThat(sandbox.run("sleep 60", "Connect-Timeout-Ms", "0"))
        .containsExactly(
            "last {\"error\":{\"code\":\"deadline_exceeded\","
                + "\"message\":\"context deadline exceeded\"}}");
    assertThat(sandbox.call("/process.Process/List", "{}").path("processes")).hasSize(1);
  }

  @Test
  void aLifetimeHoldsAfterTheClientHasGone() throws Exception {
    TestSandbox sandbox = server.create();
    EventStream first = sandbox.shell("echo ready; exec sleep 60", "Connect-Timeout-Ms", "700");
    long pid = first.pid();
    assertThat(first.next()).isEqualTo("stdout ready");
    first.close();
    try (EventStream second = attach(sandbox, pid)) {
      second.pid();
      assertThat(second.next()).contains("signal: killed");
    }
  }

  private static EventStream attach(TestSandbox sandbox, long pid) throws Exception {
    return sandbox.stream("/process.Process/Connect", "{\"process\":{\"pid\":%d}}".formatted(pid));
  }

  @Test
  void withoutSubscriberTheOutputIsThrownAwayAndTheProcessGoesOn() throws Exception {
    TestSandbox sandbox = server.create();
    try (EventStream first = sandbox.shell("head -c 20000000 /dev/zero; touch written; sleep 60")) {
      first.pid();
    }
    Path written = sandbox.home().resolve("written");
    long end = System.nanoTime() + 10_000_000_000L;
    while (!Files.exists(written) && System.nanoTime() < end) Thread.onSpinWait();
    assertThat(written).exists();
  }

  @Test
  void aSubscriberThatDoesNotReadStallsTheOthersUntilItLeaves() throws Exception {
    TestSandbox sandbox = server.create();
    try (EventStream reading = sandbox.shell("read -t 1 <> <(:); yes | head -c 40000000")) {
      long pid = reading.pid();
      EventStream stalled = attach(sandbox, pid);
      stalled.pid();
      Thread closing =
          new Thread(
              () -> {
                try {
                  Thread.sleep(2000);
                  stalled.close();
                } catch (IOException | InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              });
      closing.start();
      long begun = System.nanoTime();
      List<String> rest = reading.rest();
      assertThat(rest.get(rest.size() - 1)).isEqualTo("last {}");
      assertThat(System.nanoTime() - begun).isGreaterThan(1_900_000_000L);
      closing.join();
    }
  }

  @Test
  void aKeepaliveIntervalOfZeroEndsTheWholeDaemon() throws Exception {
    TestSandbox sandbox = server.create();
    try (EventStream other = sandbox.shell("sleep 60")) {
      other.pid();
      try (EventStream events = sandbox.shell("sleep 60", "Keepalive-Ping-Interval", "0")) {
        assertThatThrownBy(events::rest).isInstanceOf(IOException.class);
      }
      assertThatThrownBy(other::next).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> server.send(sandbox.request("/health")))
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void twoHundredProcessesRunAtOnce() throws Exception {
    TestSandbox sandbox = server.create();
    try (EventStream making = sandbox.shell("mkfifo go")) {
      making.rest();
    }
    List<EventStream> streams = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      EventStream stream = sandbox.shell("read line <go; exit 3");
      stream.pid();
      streams.add(stream);
    }
    assertThat(sandbox.call("/process.Process/List", "{}").path("processes")).hasSize(200);
    try (OutputStream go = Files.newOutputStream(sandbox.home().resolve("go"))) {
      go.write("\n".repeat(200).getBytes(UTF_8)); // a line for each
      for (EventStream stream : streams) {
        assertThat(stream.rest().get(0)).contains("\"exitCode\":3");
        stream.close();
      }
    }
  }

  @Test
  void aThousandStreamsMayBeIdle() throws Exception {
    TestSandbox sandbox = server.create();
    List<EventStream> streams = new ArrayList<>();
    EventStream first = sandbox.shell("exec sleep 600");
    long pid = first.pid();
    streams.add(first);
    for (int i = 1; i < 1000; i++) {
      EventStream stream = attach(sandbox, pid);
      stream.pid();
      streams.add(stream);
    }
    sandbox.call("/process.Process/SendSignal", SIGKILL.formatted(pid));
    for (EventStream stream : streams) {
      assertThat(stream.next()).contains("signal: killed");
      stream.close();
    }
  }

  @Test
  void anEndIsRememberedForHalfAMinuteForThoseWhoAttach() throws Exception {
    assumeTrue(Boolean.getBoolean("sandpiper.exhaustive"), "half a minute is for -Pexhaustive");
    TestSandbox sandbox = server.create();
    long pid;
    try (EventStream events = sandbox.shell("echo gone; exit 9")) {
      pid = events.pid();
      events.rest();
    }
    long ended = System.nanoTime();
    assertThat(sandbox.post("/process.Process/SendSignal", SIGKILL.formatted(pid)).statusCode())
        .isEqualTo(404);
    Thread.sleep(27_000);
    try (EventStream events = attach(sandbox, pid)) {
      assertThat(events.pid()).isEqualTo(pid);
      assertThat(events.rest()).hasSize(2).first().asString().contains("\"exitCode\":9");
    }
    Thread.sleep(31_500 - (System.nanoTime() - ended) / 1_000_000);
    try (EventStream events = attach(sandbox, pid)) {
      assertThat(events.next()).startsWith("last ").contains("\"code\":\"not_found\"");
    }
  }

  @Test
  void aLifetimeEndsTheProcessAloneAndNotItsChildren() throws Exception {
    TestSandbox sandbox = server.create();
    try (EventStream events =
        sandbox.shell("sleep 60 & echo $!; wait", "Connect-Timeout-Ms", "700")) {
      events.pid();
      long child = Long.parseLong(events.next().substring("stdout ".length()));
      assertThat(events.next()).startsWith("last ").contains("deadline_exceeded");
      assertThat(ProcessHandle.of(child)).isPresent();
    }
  }
}
