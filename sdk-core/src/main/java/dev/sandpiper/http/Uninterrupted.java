package dev.sandpiper.http;

import java.util.function.Supplier;

/**
 * Runs clean-up on a thread that may be interrupted. The transport refuses to send anything while
 * the flag is set, so a clean-up would fail without having been tried. The flag is cleared for the
 * action and restored behind it. The action must be bounded in time: an interrupt that arrives
 * meanwhile ends it as it ends any call.
 */
public final class Uninterrupted {
  private Uninterrupted() {}

  public static void run(Runnable action) {
    get(
        () -> {
          action.run();
          return true;
        });
  }

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
