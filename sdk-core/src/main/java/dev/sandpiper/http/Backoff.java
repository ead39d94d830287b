package dev.sandpiper.http;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Exponential backoff: each pause is twice as long as the one before, up to a maximum, until {@link
 * #reset}. Not thread-safe.
 */
public final class Backoff {
  private final Duration first;
  private final Duration longest;
  private final @Nullable CallScope time;
  private Duration upcoming;

  /** Backs off without a time limit. */
  public Backoff(Duration first, Duration longest) {
    this(first, longest, null);
  }

  /**
   * @param time bounds all attempts together; null for no limit
   */
  public Backoff(Duration first, Duration longest, @Nullable CallScope time) {
    this.first = first;
    this.longest = longest;
    this.upcoming = first;
    this.time = time;
  }

  /** False once the time is up. */
  public boolean hasTime() {
    return time == null || !time.left().isZero();
  }

  /** The pause before the next attempt; the one after it is twice as long. */
  public Duration next() {
    Duration pause = upcoming;
    Duration doubled = pause.multipliedBy(2);
    upcoming = doubled.compareTo(longest) > 0 ? longest : doubled;
    return pause;
  }

  public void reset() {
    upcoming = first;
  }
}
