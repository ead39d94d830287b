package dev.sandpiper.http;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Failure;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Where a client works beside its callers. What the caller's executor or a closed client refuses is
 * a {@link CancelledException}, for every caller.
 */
final class Background {
  private final ExecutorService own = DaemonThreads.executor();
  private final Executor chosen;

  /**
   * @param callers runs what may last as long as a process; null for our own threads
   */
  Background(@Nullable Executor callers) {
    chosen = callers == null ? own : callers;
  }

  /** Runs work that may last, on the executor that the caller chose. */
  void execute(Runnable task) {
    try {
      chosen.execute(task);
    } catch (RejectedExecutionException e) {
      throw refused(e);
    }
  }

  /**
   * Runs work that must not wait until the caller's executor has a thread. Never refused: what a
   * client that is being closed leaves to do is done.
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
            "refused: the client is closed, or the executor it was given is full or shut down"),
        cause);
  }

  void close() {
    own.shutdown();
  }
}
