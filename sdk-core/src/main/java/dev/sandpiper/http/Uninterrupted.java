package dev.sandpiper.http;

import dev.sandpiper.CancelledException;
import java.util.function.Supplier;

/**
 * Runs clean-up on a thread that may be interrupted. The transport does not send anything while the
 * interrupt flag is set, so clean-up would fail without having been tried. The flag is cleared for
 * the action and restored afterwards. The action must be bounded in time; an interrupt that arrives
 * meanwhile ends it like any other call.
 */
public final class Uninterrupted {
  private static final int ATTEMPTS = 3;

  private Uninterrupted() {}

  /** Runs an idempotent action, again if an interrupt has ended it. */
  public static void run(Runnable action) {
    repeat(
        () -> {
          action.run();
          return true;
        });
  }

  /** Calls an idempotent supplier, again if an interrupt arrived meanwhile; three times at most. */
  public static <T> T repeat(Supplier<T> action) {
    boolean interrupted = false;
    try {
      for (int i = 1; i < ATTEMPTS; i++) {
        interrupted |= Thread.interrupted();
        try {
          T result = action.get();
          if (!Thread.currentThread().isInterrupted()) {
            return result;
          }
        } catch (CancelledException e) {
          if (!Thread.currentThread().isInterrupted()) {
            throw e;
          }
        }
      }
      interrupted |= Thread.interrupted();
      return action.get();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Calls a supplier exactly once. */
  public static <T> T get(Supplier<T> action) {
    boolean interrupted = Thread.interrupted();
    try {
      return action.get();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
