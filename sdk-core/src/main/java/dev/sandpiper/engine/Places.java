package dev.sandpiper.engine;

import dev.sandpiper.Command;
import dev.sandpiper.ExecResult;
import dev.sandpiper.Failure;
import dev.sandpiper.PlatformException;
import dev.sandpiper.Processes;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where a sandbox's commands start and where its default user is at home: asked for with one
 * command, when somebody needs it, and then known.
 */
public final class Places {
  private static final Command QUESTION =
      Command.shell("printf '%s\\0' \"$(pwd)\" \"$HOME\"").timeout(Duration.ofSeconds(30));

  private record Answer(String workingDirectory, String home) {}

  private final Supplier<Processes> processes;
  private final String sandboxId;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile @Nullable Answer answer;

  public Places(Supplier<Processes> processes, String sandboxId) {
    this.processes = processes;
    this.sandboxId = sandboxId;
  }

  /** Absolute. Blocks the first time. */
  public String workingDirectory() {
    return answer().workingDirectory;
  }

  /** Absolute. Blocks the first time. */
  public String home() {
    return answer().home;
  }

  private Answer answer() {
    Answer known = answer;
    if (known != null) {
      return known;
    }
    lock.lock();
    try {
      known = answer;
      if (known == null) {
        known = ask();
        answer = known;
      }
      return known;
    } finally {
      lock.unlock();
    }
  }

  private Answer ask() {
    ExecResult result = processes.get().exec(QUESTION);
    String[] answers = result.stdout().text().split("\0", -1);
    if (!result.exit().isSuccess() || answers.length != 3 || !answers[0].startsWith("/")) {
      throw new PlatformException(
          Failure.of("look around", sandboxId, "its shell does not say where it is"));
    }
    return new Answer(answers[0], answers[1]);
  }
}
