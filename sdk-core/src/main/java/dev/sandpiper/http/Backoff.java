package dev.sandpiper.http;

import java.time.Duration;

/** Pauses that double up to a limit, until progress resets them. Not thread-safe. */
public final class Backoff {
  private final Duration first;
  private final Duration longest;
  private Duration upcoming;

  public Backoff(Duration first, Duration longest) {
    this.first = first;
    this.longest = longest;
    this.upcoming = first;
  }

  /** The pause before the next attempt; the one after it is twice as long. */
  public Duration next() {
    Duration pause = upcoming;
    Duration doubled = pause.multipliedBy(2);
    upcoming = doubled.compareTo(longest) > 0 ? longest : doubled;
    return pause;
  }

  /** Begins anew with the first pause. */
  public void reset() {
    upcoming = first;
  }
}
