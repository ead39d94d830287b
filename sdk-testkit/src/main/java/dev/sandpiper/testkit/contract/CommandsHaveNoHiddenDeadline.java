package dev.sandpiper.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.Capability;
import dev.sandpiper.Command;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.DeadlineExceededException.Limit;
import dev.sandpiper.ExecResult;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.Process;
import java.time.Duration;

/** A command ends only at its own deadline, with everything that it started. */
@Needs(Capability.EXIT_STATUS)
interface CommandsHaveNoHiddenDeadline extends Facts {
  /** For a command that must be running before it is stopped, on a busy machine too. */
  Duration BEGUN = Duration.ofSeconds(2);

  @Fact
  default void aDeadlineStopsTheWholeTreeAndKeepsWhatWasWritten() {
    Command command = Command.shell("echo begun; sleep 61 & sleep 62").timeout(BEGUN);
    DeadlineExceededException exceeded =
        Facts.thrown(DeadlineExceededException.class, () -> sandbox().processes().exec(command));
    assertThat(exceeded.limit()).isEqualTo(Limit.DEADLINE);
    assertThat(exceeded.limitDuration()).isEqualTo(BEGUN);
    assertThat(exceeded).hasMessageContaining("2 s").hasMessageContaining("Command.timeout");
    ExecResult partial = exceeded.partialResult().orElseThrow();
    assertThat(partial.stdout().text()).isEqualTo("begun\n");
    assertThat(partial.exit().isSuccess()).isFalse();
  }

  @Fact
  default void lastWordsAfterTermAreHeard() {
    Command command =
        Command.shell("trap 'echo bye; exit 7' TERM; echo begun; while :; do sleep 0.05; done")
            .timeout(BEGUN);
    DeadlineExceededException exceeded =
        Facts.thrown(DeadlineExceededException.class, () -> sandbox().processes().exec(command));
    ExecResult partial = exceeded.partialResult().orElseThrow();
    assertThat(partial.stdout().text()).isEqualTo("begun\nbye\n");
    assertThat(partial.exit()).isEqualTo(new ExitStatus.Exited(7));
  }

  @Fact
  default void aCommandThatIgnoresTermIsKilled() {
    Command command =
        Command.shell("trap '' TERM; while :; do sleep 0.05; done").timeout(Duration.ofMillis(300));
    assertThatThrownBy(() -> sandbox().processes().exec(command))
        .isInstanceOf(DeadlineExceededException.class);
  }

  /** On a busy machine the deadline may pass before the response to the start arrives. */
  @Fact
  default void aStartedProcessHasItsDeadlineToo() {
    Command brief = Command.of("sleep", "60").timeout(Duration.ofMillis(300));
    assertThatThrownBy(() -> startAndWait(brief)).isInstanceOf(DeadlineExceededException.class);
  }

  private void startAndWait(Command command) throws InterruptedException {
    try (Process process = sandbox().processes().start(command)) {
      process.waitFor();
    }
  }

  @Fact
  @Needs(Capability.ATTACH)
  default void theDeadlineHoldsAfterDetaching() {
    RunningCommands running = new RunningCommands(sandbox());
    processes().start(running.script("sleep 900").timeout(BEGUN)).detach();
    assertThat(running.all()).isNotEmpty();
    Patience.until("it is stopped", () -> running.all().isEmpty());
  }

  @Fact
  default void aChildThatKeepsTheOutputsOpenKeepsTheCommandGoing() {
    ExecResult result = sandbox().shell("(sleep 0.3; echo late) & echo early");
    assertThat(result.stdout().text()).isEqualTo("early\nlate\n");
  }

  @Fact
  default void aChildThatLeftTheSessionIsStoppedAtTheDeadlineToo() {
    RunningCommands running = new RunningCommands(sandbox());
    Command command = running.script("setsid sleep 900 & echo begun; sleep 900").timeout(BEGUN);
    assertThatThrownBy(() -> sandbox().processes().exec(command))
        .isInstanceOf(DeadlineExceededException.class);
    running.assertStopped();
  }
}
