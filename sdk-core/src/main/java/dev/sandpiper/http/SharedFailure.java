package dev.sandpiper.http;

import java.util.concurrent.ExecutionException;

/** The outcome of a future, thrown to each waiting thread. */
public final class SharedFailure {
  private SharedFailure() {}

  /** What the task threw, as it is; never returns normally where that is unchecked. */
  public static RuntimeException rethrown(ExecutionException outcome) {
    Throwable cause = outcome.getCause();
    if (cause instanceof RuntimeException unchecked) {
      return unchecked;
    }
    if (cause instanceof Error error) {
      throw error;
    }
    return new IllegalStateException("a task failed with a checked exception", cause);
  }
}
