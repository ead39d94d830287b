package dev.sandpiper.engine;

import dev.sandpiper.Command;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.ExecResult;
import dev.sandpiper.Failure;
import dev.sandpiper.http.CallScope;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** The deadline of one command. When it passes, the command is stopped on a background thread. */
final class CommandDeadline {
  private final CallScope scope;
  private final Failure failure;
  private final @Nullable Future<?> timer;
  private volatile boolean passed; // set before the stop begins, so that readers see the reason

  /** Takes the deadline of {@code scope}; without one it never passes. */
  CommandDeadline(
      Command command,
      CallScope scope,
      BackgroundThreads threads,
      Runnable stop,
      String operation) {
    this.scope = scope;
    failure = Failure.of(operation, command.name(), "");
    timer = scope.hasLimit() ? schedule(threads, stop) : null;
  }

  private Future<?> schedule(BackgroundThreads threads, Runnable stop) {
    Runnable expire =
        () -> {
          passed = true;
          threads.promptly().execute(stop);
        };
    return threads.timers().in(scope.left(), expire);
  }

  /** True if the deadline passed before {@link #cancel}. */
  boolean hasPassed() {
    return passed;
  }

  void cancel() {
    if (timer != null) {
      timer.cancel(false);
    }
  }

  DeadlineExceededException exceeded(@Nullable ExecResult partial, @Nullable Throwable cause) {
    return scope.exceeded(failure, partial, cause);
  }
}
