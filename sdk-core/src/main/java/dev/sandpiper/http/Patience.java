package dev.sandpiper.http;

import java.time.Duration;

/**
 * How long one request may take as a whole: with all its attempts, and with its body read to the
 * end, however steadily that comes.
 *
 * @param limit zero for as long as it takes
 * @param began on the clock of {@link System#nanoTime}
 */
public record Patience(Duration limit, long began) {

  /** Counts from now on. */
  public static Patience of(Duration limit) {
    return new Patience(limit, System.nanoTime());
  }

  /** True if the time is over at {@code now}, on the same clock. */
  public boolean isOver(long now) {
    return !limit.isZero() && limit.compareTo(Duration.ofNanos(now - began)) <= 0;
  }
}
