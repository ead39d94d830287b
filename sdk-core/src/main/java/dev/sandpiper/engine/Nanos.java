package dev.sandpiper.engine;

import java.time.Duration;

/** Durations as nanoseconds, however long. */
final class Nanos {
  private Nanos() {}

  /** At most {@code Long.MAX_VALUE}, which is 292 years. */
  static long of(Duration duration) {
    try {
      return duration.toNanos();
    } catch (ArithmeticException e) {
      return duration.isNegative() ? 0 : Long.MAX_VALUE;
    }
  }
}
