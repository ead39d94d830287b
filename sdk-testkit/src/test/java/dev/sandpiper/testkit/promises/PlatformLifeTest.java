package dev.sandpiper.testkit.promises;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.Command;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.Content;
import dev.sandpiper.EventStream;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxFilter;
import dev.sandpiper.SandboxInfo.State;
import dev.sandpiper.SandboxNotRunningException;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.e2b.E2bKillReport;
import dev.sandpiper.e2b.E2bLogQuery;
import dev.sandpiper.e2b.E2bOnTimeout;
import dev.sandpiper.e2b.E2bPauseMode;
import dev.sandpiper.e2b.E2bSandbox;
import dev.sandpiper.e2b.E2bSandboxFilter;
import dev.sandpiper.e2b.E2bSandboxSpec;
import dev.sandpiper.e2b.E2bSnapshot;
import dev.sandpiper.e2b.E2bSnapshotOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The life of a sandbox at the embedded E2B, with real processes: pauses, snapshots, lists. */
class PlatformLifeTest extends LocalE2bTest {
  private static final Duration HOUR = Duration.ofHours(1);

  @Test
  void whatRanBeforeAPauseGoesOnAfterIt() throws Exception {
    sandbox.files().write("count", Content.of("0"));
    try (Process counter =
        sandbox
            .processes()
            .start(Command.shell("while :; do echo x >> counted; sleep 0.05; done"))) {
      await("the first line", () -> sandbox.files().exists("counted"));
      assertThat(sandbox.pause()).isTrue();
      assertThat(sandbox.pause()).isFalse();
      assertThat(sandbox.info().state()).isEqualTo(State.PAUSED);
      assertThat(sandbox.details().pauseMode()).contains(E2bPauseMode.FULL);
      assertThat(sandbox.isRunning()).isFalse();
      assertThatThrownBy(() -> sandbox.exec("true"))
          .isInstanceOfSatisfying(
              SandboxNotRunningException.class, e -> assertThat(e.state()).contains(State.PAUSED));
      assertThatThrownBy(() -> sandbox.files().readText("count"))
          .isInstanceOf(SandboxNotRunningException.class);

      assertThat(sandbox.resume(HOUR)).isTrue();
      assertThat(sandbox.resume(HOUR)).isFalse();
      assertThat(sandbox.isRunning()).isTrue();
      assertThat(sandbox.files().readText("count")).isEqualTo("0");
      long before = sandbox.files().stat("counted").size();
      await("the counter goes on", () -> sandbox.files().stat("counted").size() > before);
      assertThat(counter.ref()).isNotNull();
    }
  }

  @Test
  void aProcessThatIsFollowedIsLostAndNamedWhenItsSandboxIsPaused() throws Exception {
    try (E2bClientOf impatient = new E2bClientOf(Duration.ZERO)) {
      E2bSandbox same = impatient.client.connect(sandbox.id());
      try (Process sleeper = same.processes().start(Command.of("sleep", "1000"))) {
        CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> waitFor(sleeper));
        assertThat(sandbox.pause()).isTrue();
        assertThatThrownBy(() -> waiting.get(20, TimeUnit.SECONDS))
            .isInstanceOf(ExecutionException.class)
            .cause()
            .isInstanceOfSatisfying(
                ConnectionLostException.class, e -> assertThat(e.process()).contains(sleeper.ref()))
            .hasMessageContaining("paused");
        assertThat(sandbox.resume(HOUR)).isTrue();
        assertThat(sandbox.processes().list()).hasSize(1);
      }
    }
  }

  private static void waitFor(Process process) {
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aStreamFindsItsProcessAgainAfterAShortSleep() throws Exception {
    Command lines = Command.shell("for i in 1 2 3 4 5 6 7 8; do echo $i; sleep 0.3; done");
    try (Process process = sandbox.processes().start(lines);
        EventStream<ProcessEvent> events = process.events()) {
      events.next();
      assertThat(sandbox.pause()).isTrue();
      assertThat(sandbox.resume(HOUR)).isTrue();
      assertThat(process.waitFor().isSuccess()).isTrue();
    } catch (ConnectionLostException e) {
      // Allowed: it was looked for while its sandbox slept. What must not be is an end made up.
      assertThat(e.process()).isPresent();
    }
  }

  @Test
  void aPauseOfFilesOnlyEndsProcessesAndKeepsFiles() throws Exception {
    sandbox.files().write("kept", Content.of("yes"));
    sandbox.processes().start(Command.of("sleep", "1000")).detach();
    assertThat(sandbox.pause(E2bPauseMode.FILESYSTEM)).isTrue();
    assertThat(sandbox.details().pauseMode()).contains(E2bPauseMode.FILESYSTEM);
    assertThat(sandbox.resume(HOUR)).isTrue();
    assertThat(sandbox.processes().list()).isEmpty();
    assertThat(sandbox.files().readText("kept")).isEqualTo("yes");
  }

  @Test
  void aPausedSandboxIsKilledLikeAnyOther() {
    E2bSandbox other = client.create(SandboxSpec.standard());
    other.shell("sleep 1000 > /dev/null 2>&1 & :").orThrow();
    assertThat(other.pause()).isTrue();
    assertThat(client.kill(other.id())).isTrue();
    Leftovers.awaitNone("processes of " + other.id(), () -> Leftovers.processesOf(other.id()));
    assertThat(client.kill(other.id())).isFalse();
    other.close();
  }

  @Test
  void aSandboxThatPausesAtItsEndLivesOnAsleep() {
    E2bSandboxSpec spec =
        E2bSandboxSpec.of(SandboxSpec.standard().timeToLive(Duration.ofSeconds(1)))
            .onTimeout(E2bOnTimeout.PAUSE);
    try (E2bSandbox sleepy = client.create(spec)) {
      await("its pause", () -> sleepy.info().state() == State.PAUSED);
      assertThat(sleepy.details().onTimeout()).contains(E2bOnTimeout.PAUSE);
      E2bSandbox woken = client.connect(sleepy.id());
      assertThat(woken.wasResumed()).isTrue();
      assertThat(woken.shell("echo awake").orThrow().stdout().text()).isEqualTo("awake\n");
    }
  }

  @Test
  void aSandboxFromASnapshotHasItsFiles() {
    sandbox.files().write("a/b", Content.of("then".getBytes(UTF_8)));
    E2bSnapshot snapshot =
        sandbox.snapshot(E2bSnapshotOptions.standard().name("first").mode(E2bPauseMode.FILESYSTEM));
    sandbox.files().write("a/b", Content.of("now"));
    assertThat(sandbox.snapshots()).contains(snapshot);
    assertThat(client.snapshots()).contains(snapshot);
    try (E2bSandbox copy = client.create(SandboxSpec.template(snapshot.id()))) {
      assertThat(copy.files().readText("a/b")).isEqualTo("then");
      assertThatThrownBy(() -> client.deleteSnapshot(snapshot.id()))
          .isInstanceOf(SandboxException.class);
    }
    assertThat(client.deleteSnapshot(snapshot.id())).isTrue();
    assertThat(client.deleteSnapshot(snapshot.id())).isFalse();
  }

  @Test
  void whatTheLocalPlatformCannotHonourIsRefused() {
    assertThatThrownBy(sandbox::snapshot)
        .isInstanceOf(SandboxException.class)
        .hasMessageContaining("memory");
    assertThatThrownBy(() -> sandbox.fork(1, HOUR)).isInstanceOf(SandboxException.class);
    assertThatThrownBy(
            () -> client.create(E2bSandboxSpec.of(SandboxSpec.standard()).internetAccess(false)))
        .isInstanceOf(SandboxException.class);
  }

  @Test
  void theLogSaysWhatHappenedAndMetricsAreAskedFor() {
    assertThat(sandbox.pause()).isTrue();
    assertThat(sandbox.resume(HOUR)).isTrue();
    List<String> messages =
        sandbox.telemetry().logs(E2bLogQuery.all()).stream().map(line -> line.message()).toList();
    assertThat(messages).isNotEmpty().doesNotHaveDuplicates();
    assertThat(sandbox.telemetry().metrics(HOUR)).isNotNull();
    assertThat(client.metrics(List.of(sandbox.id())).keySet()).isSubsetOf(sandbox.id());
  }

  @Test
  void manyAreKilledByTheirLabel() {
    SandboxSpec mine = SandboxSpec.standard().label("owner", "me");
    E2bSandbox first = client.create(mine);
    E2bSandbox second = client.create(mine);
    assertThat(second.pause()).isTrue();
    E2bKillReport report =
        client.killAll(E2bSandboxFilter.of(SandboxFilter.all().label("owner", "me")));
    assertThat(report.killed()).containsExactlyInAnyOrder(first.id(), second.id());
    assertThat(report.failed()).isEmpty();
    assertThat(sandbox.isRunning()).isTrue();
    first.close();
    second.close();
  }

  /** A client that looks for no lost process. */
  private static final class E2bClientOf implements AutoCloseable {
    private final dev.sandpiper.e2b.E2bClient client;

    E2bClientOf(Duration reattachLimit) {
      client = builder().reattachLimit(reattachLimit).build();
    }

    @Override
    public void close() {
      client.close();
    }
  }
}
