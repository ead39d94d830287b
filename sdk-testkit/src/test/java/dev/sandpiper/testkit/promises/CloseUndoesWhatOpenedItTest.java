package dev.sandpiper.testkit.promises;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.Command;
import dev.sandpiper.ExecResult;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.OutputGap;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxFilter;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.SandboxSpec;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class CloseUndoesWhatOpenedItTest extends LocalE2bTest {

  @Test
  void closingACreatedSandboxKillsIt() {
    Sandbox created = client.create(SandboxSpec.standard());
    created.close();
    created.close();
    assertThatThrownBy(() -> client.connect(created.id()))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining(created.id());
  }

  @Test
  void closingAConnectedSandboxLeavesItAlone() {
    client.connect(sandbox.id()).close();
    assertThat(sandbox.info().state()).isEqualTo(SandboxInfo.State.RUNNING);
    assertThat(client.connect(sandbox.id()).wasResumed()).isFalse();
  }

  @Test
  void aDetachedSandboxOutlivesItsClose() {
    Sandbox created = client.create(SandboxSpec.standard());
    String id = created.detach();
    created.close();
    try (Sandbox again = client.connect(id, Duration.ZERO)) {
      assertThat(again.exec("true").exit().isSuccess()).isTrue();
      assertThat(again.kill()).isTrue();
      assertThat(again.kill()).isFalse();
    }
  }

  @Test
  void connectingNeverShortensALife() {
    sandbox.expireIn(Duration.ofHours(1));
    client.connect(sandbox.id(), Duration.ofSeconds(1)).close();
    assertThat(sandbox.info().expiresAt().orElseThrow())
        .isAfter(java.time.Instant.now().plus(Duration.ofMinutes(50)));
  }

  @Test
  void closingAStartedProcessKillsItsGrandchildren() {
    Process process =
        sandbox
            .processes()
            .start(Command.shell("sh -c 'sh -c \"sleep 71 & sleep 72\" & sleep 73' & sleep 74"));
    await("the tree", () -> Leftovers.processesOf(sandbox.id()).size() >= 6);
    process.close();
    process.close();
    assertThat(Leftovers.processesOf(sandbox.id())).isEmpty();
  }

  @Test
  void withoutSetsidTheTreeIsFoundAmongAllProcesses() {
    Command withoutSetsid =
        Command.shell("/bin/sh -c '/bin/sleep 81 & /bin/sleep 82; :' & /bin/sleep 83; :");
    try (Sandbox bare = client.create(SandboxSpec.standard().environment("PATH", "/nowhere"))) {
      Process process = bare.processes().start(withoutSetsid);
      await("the tree", () -> Leftovers.processesOf(bare.id()).size() >= 5);
      process.close();
      assertThat(Leftovers.processesOf(bare.id())).isEmpty();
    }
  }

  @Test
  void aDetachedProcessCanBeAttachedToFromItsText() throws Exception {
    Process process =
        sandbox
            .processes()
            .start(Command.shell("while [ ! -e go ]; do sleep 0.05; done; echo on; exit 6"));
    String text = process.detach().toString();
    process.close();
    try (Process again = sandbox.processes().attach(ProcessRef.parse(text))) {
      sandbox.shell("touch go").orThrow();
      var events = again.events();
      assertThat(events.next()).isInstanceOf(OutputGap.class);
      assertThat(events.next()).isInstanceOf(OutputGap.class);
      assertThat(events.next())
          .isInstanceOfSatisfying(
              ProcessEvent.Output.class, output -> assertThat(output.text()).isEqualTo("on\n"));
      assertThat(again.waitFor()).isEqualTo(new ExitStatus.Exited(6));
    }
  }

  @Test
  void closingAnAttachedProcessLetsGo() throws Exception {
    try (Process process = sandbox.processes().start(Command.of("sleep", "60"))) {
      sandbox.processes().attach(process.ref()).close();
      assertThat(process.waitFor(Duration.ofMillis(200))).isEmpty();
    }
  }

  @Test
  void anExitIsRememberedForThoseWhoComeLater() throws Exception {
    Process process = sandbox.processes().start(Command.shell("exit 9"));
    process.waitFor();
    try (Process again = sandbox.processes().attach(process.ref())) {
      assertThat(again.waitFor()).isEqualTo(new ExitStatus.Exited(9));
    }
  }

  @Test
  void cancellingTheFutureOfAnExecStopsTheCommand() {
    CompletableFuture<ExecResult> future =
        sandbox.processes().execAsync(Command.shell("echo begun > begun; sleep 60"));
    await("the command", () -> sandbox.files().exists("begun"));
    assertThat(future.cancel(true)).isTrue();
    assertThatThrownBy(future::join).isInstanceOf(CancellationException.class);
    Leftovers.awaitNone("processes", () -> Leftovers.processesOf(sandbox.id()));
  }

  @Test
  void cancellingOnExitLeavesTheProcessAlone() throws Exception {
    try (Process process = sandbox.processes().start(Command.of("sleep", "60"))) {
      process.onExit().cancel(true);
      assertThat(process.waitFor(Duration.ofMillis(100))).isEmpty();
    }
  }

  @Test
  void whatWasCreatedIsListedUntilItIsKilled() {
    Sandbox created = client.create(SandboxSpec.standard().label("made by", "a & b = c"));
    SandboxFilter mine = SandboxFilter.all().label("made by", "a & b = c");
    assertThat(client.list(mine).stream().map(SandboxInfo::id)).containsExactly(created.id());
    assertThat(client.list(mine).iterator().next().labels()).containsOnlyKeys("made by");
    created.close();
    assertThat(client.list(mine)).isEmpty();
  }
}
