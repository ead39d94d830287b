package dev.sandpiper.engine;

import dev.sandpiper.Command;
import dev.sandpiper.ExecResult;
import dev.sandpiper.ExitStatus.Unreported;
import dev.sandpiper.Failure;
import dev.sandpiper.PlatformException;
import dev.sandpiper.http.CallScope;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The working directory of a sandbox's commands and the home directory of its default user. Looked
 * up by one command on first use, then cached.
 */
public final class SandboxDirectories {
  private static final Command QUESTION =
      Command.shell("printf '%s\\0' \"$(pwd)\" \"$HOME\"").timeout(Duration.ofSeconds(30));

  private record Answer(String workingDirectory, String home) {}

  private final Supplier<LaunchedProcesses> processes;
  private final String sandboxId;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile @Nullable Answer answer;

  public SandboxDirectories(Supplier<LaunchedProcesses> processes, String sandboxId) {
    this.processes = processes;
    this.sandboxId = sandboxId;
  }

  /** Absolute. Blocks the first time. */
  public String workingDirectory() {
    return workingDirectory(processes.get().scope());
  }

  public String workingDirectory(CallScope scope) {
    return answer(scope).workingDirectory;
  }

  /** Absolute. Blocks the first time. */
  public String home() {
    return answer(processes.get().scope()).home;
  }

  private Answer answer(CallScope scope) {
    Answer known = answer;
    if (known != null) {
      return known;
    }
    scope.lock(lock, Failure.of("look up the directories of", sandboxId, ""));
    try {
      known = answer;
      if (known == null) {
        known = ask(scope);
        answer = known;
      }
      return known;
    } finally {
      lock.unlock();
    }
  }

  private Answer ask(CallScope scope) {
    ExecResult result = processes.get().in(scope).exec(QUESTION);
    String[] answers = result.stdout().text().split("\0", -1);
    // An unreported exit may still be a success; the output's format is checked either way.
    boolean failed = !result.exit().isSuccess() && !(result.exit() instanceof Unreported);
    if (failed || answers.length != 3 || !answers[0].startsWith("/")) {
      throw new PlatformException(
          Failure.of("look up the directories of", sandboxId, "its shell did not print them"));
    }
    return new Answer(answers[0], answers[1]);
  }
}
