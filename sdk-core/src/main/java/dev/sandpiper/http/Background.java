package dev.sandpiper.http;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Failure;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The executors of one client. A task that the caller's executor or a closed client rejects fails
 * with {@link CancelledException}.
 */
final class Background {
  private final ExecutorService own = DaemonThreads.executor();
  private final Executor chosen;

  /**
   * @param callers runs tasks that may take as long as a process; null to use our own threads
   */
  Background(@Nullable Executor callers) {
    chosen = callers == null ? own : callers;
  }

  /** Runs a long task on the caller's executor, or else on our own threads. */
  void execute(Runnable task) {
    try {
      chosen.execute(task);
    } catch (RejectedExecutionException e) {
      throw refused(e);
    }
  }

  /**
   * Runs a task that must not wait for a thread of the caller's executor. Never rejected, so that
   * the clean-up of a closing client still runs.
   */
  void executePromptly(Runnable task) {
    try {
      own.execute(task);
    } catch (RejectedExecutionException e) {
      DaemonThreads.named("sandpiper-last").newThread(task).start();
    }
  }

  static CancelledException refused(@Nullable RejectedExecutionException cause) {
    return new CancelledException(
        Failure.of(
            "run",
            "in the background",
            "rejected: the client is closed, or its executor is full or shut down"),
        cause);
  }

  void close() {
    own.shutdown();
  }
}
