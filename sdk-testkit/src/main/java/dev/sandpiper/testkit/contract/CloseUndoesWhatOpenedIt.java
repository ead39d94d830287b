package dev.sandpiper.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.Capability;
import dev.sandpiper.Command;
import dev.sandpiper.EventStream;
import dev.sandpiper.ExecResult;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Ended;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessEvent.OutputGap;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxFilter;
import dev.sandpiper.SandboxInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;

/** Closing kills created sandboxes and started processes, and only disconnects from others. */
interface CloseUndoesWhatOpenedIt extends Facts {

  @Fact
  default void closingACreatedSandboxKillsIt() {
    Sandbox created = client().create(spec());
    created.close();
    created.close();
    assertThatThrownBy(() -> client().connect(created.id()))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining(created.id());
  }

  @Fact
  default void closingAConnectedSandboxLeavesItAlone() {
    client().connect(sandbox().id()).close();
    assertThat(sandbox().info().state()).isEqualTo(SandboxInfo.State.RUNNING);
    assertThat(sandbox().shell("echo on").outText()).isEqualTo("on\n");
  }

  @Fact
  default void aDetachedSandboxOutlivesItsClose() {
    Sandbox created = client().create(spec());
    String id = created.detach();
    created.close();
    try (Sandbox again = client().connect(id, Duration.ZERO)) {
      assertThat(again.shell("echo on").outText()).isEqualTo("on\n");
      assertThat(again.kill()).isTrue();
    }
  }

  @Fact
  default void whatIsGoneCannotBeKilled() {
    assertThat(sandbox().kill()).isTrue();
    Patience.until("it is gone", () -> !sandbox().kill());
    assertThat(client().kill(sandbox().id())).isFalse();
  }

  @Fact
  @Needs(Capability.EXPIRY)
  default void connectingNeverShortensALife() {
    sandbox().expireIn(Duration.ofHours(1));
    client().connect(sandbox().id(), Duration.ofSeconds(1)).close();
    assertThat(sandbox().info().expiresAt().orElseThrow())
        .isAfter(java.time.Instant.now().plus(Duration.ofMinutes(50)));
  }

  @Fact
  default void closingAStartedProcessKillsItsGrandchildren() {
    RunningCommands running = new RunningCommands(sandbox());
    String script = "sh -c 'sh -c \"sleep 900 & sleep 900\" & sleep 900' & sleep 900";
    Process process = processes().start(running.script(script));
    running.awaitSleepers(4);
    process.close();
    process.close();
    running.assertStopped();
  }

  @Fact
  @Needs(Capability.ATTACH)
  default void aDetachedProcessCanBeAttachedToFromItsText() throws Exception {
    Process process =
        sandbox()
            .processes()
            .start(Command.shell("while [ ! -e go ]; do sleep 0.05; done; echo on; exit 6"));
    String text = process.detach().toString();
    process.close();
    try (Process again = sandbox().processes().attach(ProcessRef.parse(text))) {
      sandbox().shell("touch go");
      List<ProcessEvent> events = new ArrayList<>();
      again.events().forEach(events::add);
      boolean replayed = capabilities().contains(Capability.REPLAY);
      assertThat(events.stream().filter(OutputGap.class::isInstance)).hasSize(replayed ? 0 : 2);
      assertThat(events.get(replayed ? 0 : 2))
          .isInstanceOfSatisfying(Output.class, out -> assertThat(out.text()).isEqualTo("on\n"));
      assertThat(events.get(events.size() - 1)).isInstanceOf(Ended.class);
    }
  }

  @Fact
  @Needs({Capability.ATTACH, Capability.REPLAY})
  default void outputIsResumedAtThePositionOfTheLastRead() throws Exception {
    String script = "echo before; while [ ! -e go ]; do sleep 0.05; done; echo after";
    Process process = sandbox().processes().start(Command.shell(script));
    EventStream<ProcessEvent> read = process.events();
    StringBuilder before = new StringBuilder();
    while (before.length() < "before\n".length()) {
      assertThat(read.next())
          .isInstanceOfSatisfying(Output.class, out -> before.append(out.text()));
    }
    assertThat(before).hasToString("before\n");
    String position = read.position();
    ProcessRef detached = process.detach();
    sandbox().shell("touch go");
    try (Process again = sandbox().processes().attach(detached, position)) {
      EventStream<ProcessEvent> resumed = again.events();
      StringBuilder after = new StringBuilder();
      ProcessEvent event = resumed.next();
      for (; event instanceof Output out; event = resumed.next()) {
        after.append(out.text());
      }
      assertThat(event).isInstanceOf(Ended.class);
      assertThat(after).hasToString("after\n");
    }
  }

  @Fact
  @Needs(Capability.ATTACH)
  default void closingAnAttachedProcessLetsGo() throws Exception {
    try (Process process = sandbox().processes().start(Command.of("sleep", "60"))) {
      sandbox().processes().attach(process.ref()).close();
      assertThat(process.waitFor(Duration.ofMillis(200))).isEmpty();
    }
  }

  @Fact
  @Needs({Capability.ATTACH, Capability.EXIT_STATUS})
  default void anExitIsRememberedForThoseWhoComeLater() throws Exception {
    Process process = sandbox().processes().start(Command.shell("exit 9"));
    process.waitFor();
    try (Process again = sandbox().processes().attach(process.ref())) {
      assertThat(again.waitFor()).isEqualTo(new ExitStatus.Exited(9));
    }
  }

  @Fact
  default void cancellingTheFutureOfAnExecStopsTheCommand() {
    RunningCommands running = new RunningCommands(sandbox());
    CompletableFuture<ExecResult> future =
        sandbox().processes().execAsync(running.script("echo begun > begun; sleep 900"));
    awaitFile("begun");
    assertThat(future.cancel(true)).isTrue();
    assertThatThrownBy(future::join).isInstanceOf(CancellationException.class);
    Patience.until("it is stopped", () -> running.all().isEmpty());
  }

  @Fact
  default void cancellingOnExitLeavesTheProcessAlone() throws Exception {
    try (Process process = sandbox().processes().start(Command.of("sleep", "60"))) {
      process.onExit().cancel(true);
      assertThat(process.waitFor(Duration.ofMillis(100))).isEmpty();
    }
  }

  @Fact
  @Needs(Capability.LISTS)
  default void whatWasCreatedIsListedUntilItIsKilled() {
    Sandbox created = client().create(spec().label("made by", "a & b = c"));
    SandboxFilter mine = SandboxFilter.all().label("made by", "a & b = c");
    assertThat(client().list(mine).stream().map(SandboxInfo::id)).containsExactly(created.id());
    assertThat(client().list(mine).iterator().next().labels()).containsOnlyKeys("made by");
    created.close();
    Patience.until("it is not listed", () -> client().list(mine).stream().findAny().isEmpty());
  }
}
