package dev.sandpiper.http;

import dev.sandpiper.CancelledException;
import java.util.function.Supplier;

/**
 * Runs clean-up on a thread that may be interrupted. The transport refuses to send anything while
 * the flag is set, so a clean-up would fail without having been tried. The flag is cleared for the
 * action and restored behind it. The action must be bounded in time: an interrupt that arrives
 * meanwhile ends it as it ends any call.
 */
public final class Uninterrupted {
  private static final int ATTEMPTS = 3;

  private Uninterrupted() {}

  /** Does what may be done twice: once more, if an interrupt has ended it. */
  public static void run(Runnable action) {
    repeat(
        () -> {
          action.run();
          return true;
        });
  }

  /**
   * Asks what may be asked twice: once more, if an interrupt arrived meanwhile. Who interrupts
   * again and again gets what the third attempt gives.
   */
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

  /** Does what may be done once only. */
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
