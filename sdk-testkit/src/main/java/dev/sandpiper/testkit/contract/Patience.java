package dev.sandpiper.testkit.contract;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for a condition that must hold soon, and not much longer than needed. */
final class Patience {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private Patience() {}

  /** Fails if the condition does not hold in time. */
  static void until(String fact, BooleanSupplier holds) {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!holds.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("still not true after " + LIMIT.toSeconds() + " s: " + fact);
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }
}
