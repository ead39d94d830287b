package dev.sandpiper.http;

import java.time.Duration;

/** Durations as options take them: any length, without overflow. */
public final class Durations {
  private Durations() {}

  /** Nanoseconds; at most {@code Long.MAX_VALUE}, which is 292 years. Zero if it is negative. */
  public static long nanos(Duration duration) {
    if (duration.isNegative()) {
      return 0;
    }
    try {
      return duration.toNanos();
    } catch (ArithmeticException e) {
      return Long.MAX_VALUE;
    }
  }

  /** For messages: {@code 3 s} or {@code 1500 ms}. */
  public static String text(Duration duration) {
    return duration.toMillisPart() == 0
        ? duration.toSeconds() + " s"
        : Duration.ofNanos(nanos(duration)).toMillis() + " ms";
  }
}
