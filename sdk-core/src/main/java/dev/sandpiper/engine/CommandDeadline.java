package dev.sandpiper.engine;

import dev.sandpiper.Command;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.ExecResult;
import dev.sandpiper.Failure;
import dev.sandpiper.http.CallScope;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** The time a command has. When it is over, the command is stopped, on a thread of its own. */
final class CommandDeadline {
  private final CallScope scope;
  private final Failure failure;
  private final @Nullable Future<?> timer;
  private volatile boolean passed;

  /** Passes when the time of {@code scope} is over; never if that has no limit. */
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

  /** True once the time was over before {@link #cancel}. */
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
