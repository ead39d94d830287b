package dev.sandpiper.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.Capability;
import dev.sandpiper.Command;
import dev.sandpiper.CommandFailedException;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.ExecResult;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.Process;
import dev.sandpiper.Signal;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** The exit status of a command is the one that the platform reported, otherwise an error. */
@Needs(Capability.EXIT_STATUS)
interface StreamsNeverLie extends Facts {

  @Fact
  default void anExitCodeIsTheOneOfTheProcess() {
    for (int code : new int[] {0, 1, 42, 137, 255}) {
      assertThat(sandbox().shell("exit " + code).exit()).isEqualTo(new ExitStatus.Exited(code));
    }
  }

  @Fact
  @Needs(Capability.EXIT_SIGNALS)
  default void aDeathBySignalIsNotAnExitCode() {
    ExitStatus status = sandbox().shell("kill -KILL $$").exit();
    assertThat(status).isEqualTo(new ExitStatus.Signaled(Signal.KILL));
    assertThat(status.isSuccess()).isFalse();
    assertThat(status.code()).isEmpty();
  }

  @Fact
  default void aMissingProgramExitsWithCode127() {
    ExecResult result = sandbox().exec("no-such-program", "argument");
    assertThat(result.exit()).isEqualTo(new ExitStatus.Exited(127));
    assertThat(result.stderr().text()).contains("no-such-program");
    assertThatThrownBy(result::orThrow)
        .isInstanceOf(CommandFailedException.class)
        .hasMessageStartingWith("exec no-such-program: exit status 127; stderr: ");
  }

  @Fact
  default void aProgramThatLooksLikeAnOptionIsNotTakenForOne() {
    for (List<String> words : List.of(List.of("--version"), List.of("-c", "echo", "run"))) {
      ExecResult result = sandbox().processes().exec(Command.of(words));
      assertThat(result.exit()).as(words.toString()).isEqualTo(new ExitStatus.Exited(127));
      assertThat(result.stdout().text()).as(words.toString()).isEmpty();
    }
  }

  @Fact
  default void aSandboxKilledUnderACommandIsALostConnection() throws Exception {
    CompletableFuture<ExecResult> running =
        sandbox().processes().execAsync(Command.shell("echo begun > begun; sleep 60"));
    awaitFile("begun");
    sandbox().kill();
    assertThatThrownBy(() -> running.get(20, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOf(ConnectionLostException.class)
        .hasMessageContaining("the sandbox is gone")
        .satisfies(lost -> assertThat(((ConnectionLostException) lost).process()).isPresent());
  }

  @Fact
  default void aProcessWhoseSandboxIsKilledNeverReportsAnEnd() throws Exception {
    try (Process process = sandbox().processes().start(Command.of("sleep", "60"))) {
      sandbox().kill();
      assertThatThrownBy(process::waitFor).isInstanceOf(ConnectionLostException.class);
      assertThat(process.onExit()).isCompletedExceptionally();
    }
  }
}
