package dev.sandpiper.testkit.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.Capability;
import dev.sandpiper.Command;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.ExecResult;
import dev.sandpiper.Process;
import dev.sandpiper.Signal;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The effect of stopping a command on its descendants, with real processes. */
interface DescendantsAreStopped extends Facts {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "timeout 1000 sleep 900; echo x",
        "bash -c 'set -m; sleep 900 & sleep 900 & wait'",
        "setsid sleep 900 & sleep 900",
        "python3 -c 'import subprocess; subprocess.Popen([\"sleep\", \"900\"],"
            + " start_new_session=True)'; sleep 900",
        "(setsid sh -c '(sleep 900 &) ; (sleep 900 &)' &) ; sleep 900",
        "env -i /bin/sh -c 'sleep 900 & sleep 900'",
        "timeout 1000 env -i sleep 900 & env -i sleep 900; :",
        "env -i setsid sh -c 'sleep 900 & wait' & sleep 900",
        "trap '' TERM; setsid sh -c 'trap \"\" TERM; while :; do sleep 900; done' & wait",
      })
  default void closingStopsThemAll(String script) {
    RunningCommands running = new RunningCommands(sandbox());
    Process process = processes().start(running.script(script));
    running.awaitSleepers(script.startsWith("trap") ? 1 : 2);
    process.close();
    running.assertStopped();
  }

  @Fact
  @Needs(Capability.EXIT_STATUS)
  default void killingStopsThemAllAndTheEndIsRead() throws Exception {
    RunningCommands running = new RunningCommands(sandbox());
    Command command = running.script("seq 3000; setsid sleep 900 & sleep 900");
    try (Process process = processes().start(command)) {
      running.awaitSleepers(2);
      assertThat(process.isAlive()).isTrue();
      assertThat(process.kill()).isTrue();
      running.assertStopped();
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      assertThat(process.transferTo(out, out).isSuccess()).isFalse();
      assertThat(out.toString(UTF_8)).endsWith("\n3000\n");
      assertThat(process.isAlive()).isFalse();
      assertThat(process.kill()).isFalse();
    }
  }

  @Fact
  default void atADeadlineTheOutputIsCompleteAndNothingIsLeft() {
    RunningCommands running = new RunningCommands(sandbox());
    String script = "seq 3000; setsid sleep 900 & timeout 900 sleep 900; echo wrong";
    DeadlineExceededException exceeded =
        Facts.thrown(
            DeadlineExceededException.class,
            () -> processes().exec(running.script(script).timeout(Duration.ofSeconds(2))));
    running.assertStopped();
    ExecResult partial = exceeded.partialResult().orElseThrow();
    assertThat(partial.stdout().isComplete()).isTrue();
    assertThat(partial.stdout().text()).endsWith("\n3000\n");
  }

  @Fact
  @Needs(Capability.SIGNALS)
  default void theChildrenOfAKilledLeaderAreFound() {
    RunningCommands running = new RunningCommands(sandbox());
    String script = "setsid sleep 900 >/dev/null 2>&1 </dev/null & setsid sleep 900 & sleep 900";
    Process process = processes().start(running.script(script));
    running.awaitSleepers(3);
    process.signal(Signal.KILL);
    process.close();
    running.assertStopped();
  }

  @Fact
  @Needs(Capability.SIGNALS)
  default void theChildrenOfALeaderWhoseEndIsKnownAreFoundToo() throws Exception {
    RunningCommands running = new RunningCommands(sandbox());
    String script = "setsid sleep 900 >/dev/null 2>&1 </dev/null & sleep 900";
    Process process = processes().start(running.script(script));
    running.awaitSleepers(2);
    process.signal(Signal.KILL);
    process.waitFor();
    assertThat(running.sleepers()).isNotEmpty();
    process.close();
    running.assertStopped();
  }

  @Fact
  default void whatStartsOthersWhileItIsStoppedIsStoppedWithThem() {
    RunningCommands running = new RunningCommands(sandbox());
    String again =
        "trap 'n=$((n + 1)); [ $n -gt 3 ] || setsid sleep 900 &' TERM; echo > ready;"
            + " n=0; while :; do sleep 0.05; done";
    Process process = processes().start(running.script(again));
    Patience.until("the trap", () -> sandbox().shell("ls").outText().contains("ready"));
    process.close();
    running.assertStopped();
    String chain = "f() { [ $1 -gt 900 ] || { sleep 0.05; f $(($1 + 1)) & }; }; f 1; :";
    processes().start(running.script(chain)).close();
    running.assertStopped();
  }

  @Fact
  default void aNormalEndKillsNothing() throws Exception {
    RunningCommands running = new RunningCommands(sandbox());
    String script = "setsid sleep 900 >/dev/null 2>&1 </dev/null & exit 3";
    try (Process process = processes().start(running.script(script))) {
      process.waitFor();
    }
    assertThat(running.sleepers()).hasSize(1);
  }

  @Fact
  default void aServerMayOutliveTheCommandThatStartedIt() {
    RunningCommands running = new RunningCommands(sandbox());
    String script =
        "SANDPIPER_PROCESS=none setsid sleep 900 >/dev/null 2>&1 </dev/null & sleep 9001";
    Process process = processes().start(running.script(script));
    running.awaitSleepers(2);
    process.close();
    assertThat(running.sleepers()).singleElement().asString().doesNotContain(running.mark() + "1");
  }

  @Fact
  default void othersInTheSandboxAreLeftAlone() {
    RunningCommands running = new RunningCommands(sandbox());
    try (Process other = processes().start(running.script("setsid sleep 9001 & sleep 9002"))) {
      Process process = processes().start(running.script("setsid sleep 9003 & sleep 9004"));
      running.awaitSleepers(4);
      process.close();
      assertThat(running.sleepers())
          .hasSize(2)
          .noneMatch(line -> line.contains(running.mark() + "3"));
      assertThat(other.onExit()).isNotDone();
    }
    running.assertStopped();
  }

  @Fact
  default void manyAreStoppedTogether() throws Exception {
    RunningCommands running = new RunningCommands(sandbox());
    List<Thread> closers = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      Process process = processes().start(running.script("setsid sleep 900 & sleep 900"));
      closers.add(new Thread(process::close));
    }
    running.awaitSleepers(48);
    closers.forEach(Thread::start);
    for (Thread closer : closers) {
      closer.join();
    }
    running.assertStopped();
  }
}
