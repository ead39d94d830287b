package dev.sandpiper.http;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Validates and converts durations given by callers. Durations longer than 292 years are clamped to
 * that, so that nothing overflows later.
 */
public final class Durations {
  private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);

  private Durations() {}

  /**
   * Checks an option that must be positive.
   *
   * @param name the option's name in messages
   * @param zero what to do instead of passing zero
   */
  public static Duration positive(String name, Duration value, String zero) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(name + " must be positive: " + value + "; " + zero);
    }
    return clamped(value);
  }

  /**
   * Checks an option that may be zero.
   *
   * @param name the option's name in messages
   * @param zero what zero means
   */
  public static Duration notNegative(String name, Duration value, String zero) {
    if (value.isNegative()) {
      throw new IllegalArgumentException(
          name + " must not be negative: " + value + "; zero means " + zero);
    }
    return clamped(value);
  }

  private static Duration clamped(Duration value) {
    return value.compareTo(LONGEST) > 0 ? LONGEST : value;
  }

  /** In nanoseconds; zero if negative. */
  public static long nanos(Duration duration) {
    return duration.isNegative() ? 0 : clamped(duration).toNanos();
  }

  /** In seconds, as platforms take them: rounded up, and at most 68 years. */
  public static int wholeSeconds(Duration duration) {
    long seconds = clamped(duration).plusNanos(999_999_999).toSeconds();
    return (int) Math.min(seconds, Integer.MAX_VALUE);
  }

  /** In milliseconds, as OkHttp takes them: zero only for zero, and at most 24 days. */
  static long millis(Duration duration) {
    long millis = TimeUnit.NANOSECONDS.toMillis(nanos(duration));
    return duration.isZero() ? 0 : Math.max(1, Math.min(millis, Integer.MAX_VALUE));
  }

  /** For messages: {@code 3 s} or {@code 1500 ms}. */
  public static String text(Duration duration) {
    if (duration.toNanosPart() == 0) {
      return duration.toSeconds() + " s";
    }
    long millis = clamped(duration).toMillis();
    return millis == 0 ? duration.toNanos() + " ns" : millis + " ms";
  }
}
