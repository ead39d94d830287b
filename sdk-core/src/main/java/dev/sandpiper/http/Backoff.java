package dev.sandpiper.http;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Pauses that double up to the longest, until progress resets them. Not thread-safe. */
public final class Backoff {
  private final Duration first;
  private final Duration longest;
  private final @Nullable CallScope time;
  private Duration upcoming;

  /** Pauses without an end. */
  public Backoff(Duration first, Duration longest) {
    this(first, longest, null);
  }

  /**
   * @param time for all of them together; null if they have no end
   */
  public Backoff(Duration first, Duration longest, @Nullable CallScope time) {
    this.first = first;
    this.longest = longest;
    this.upcoming = first;
    this.time = time;
  }

  /** False once the time is over. */
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
