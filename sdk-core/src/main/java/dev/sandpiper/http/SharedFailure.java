package dev.sandpiper.http;

import java.util.concurrent.ExecutionException;

/** Rethrows the failure of a future on each waiting thread. */
public final class SharedFailure {
  private SharedFailure() {}

  /**
   * Returns the exception to throw: the task's own if it is unchecked, or else a wrapper. Errors
   * are thrown directly.
   */
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
