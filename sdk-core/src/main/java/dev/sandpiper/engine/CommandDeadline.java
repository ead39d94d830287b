package dev.sandpiper.engine;

import dev.sandpiper.Command;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.DeadlineExceededException.Limit;
import dev.sandpiper.ExecResult;
import dev.sandpiper.Failure;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The time a command has. When it is over, the command is stopped, on a thread of its own. */
final class CommandDeadline {
  private final Duration limit;
  private final Failure failure;
  private final @Nullable Future<?> timer;
  private volatile boolean passed;

  private CommandDeadline(Command command, Threads threads, Runnable stop, String operation) {
    limit = command.timeout().orElse(Duration.ZERO);
    failure = Failure.of(operation, command.name(), describe(limit));
    timer = limit.isZero() ? null : schedule(threads, stop);
  }

  /** Begins to run now; never passes if the command has no timeout. */
  static CommandDeadline begin(Command command, Threads threads, Runnable stop, String operation) {
    return new CommandDeadline(command, threads, stop, operation);
  }

  private Future<?> schedule(Threads threads, Runnable stop) {
    Runnable expire =
        () -> {
          passed = true;
          threads.executor().execute(stop);
        };
    return threads.scheduler().schedule(expire, Nanos.of(limit), TimeUnit.NANOSECONDS);
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
    return new DeadlineExceededException(Limit.DEADLINE, limit, failure, partial, cause);
  }

  private static String describe(Duration limit) {
    long millis = TimeUnit.NANOSECONDS.toMillis(Nanos.of(limit));
    return "stopped at its deadline of " + millis + " ms (Command.timeout)";
  }
}
