package dev.sandpiper.blaxel.process;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Estimates the round-trip time to a sandbox's server from requests that it answers immediately. A
 * faster one counts immediately, slower ones gradually, because a busy machine is not distant.
 * Thread-safe.
 */
final class RoundTrips {
  /**
   * Above this, the server's own wait for a command, of 50 ms, costs less than a second request.
   */
  private static final long FAR = TimeUnit.MILLISECONDS.toNanos(50);

  private static final long UNKNOWN = -1;

  private final AtomicLong nanos = new AtomicLong(UNKNOWN);

  void add(long measured) {
    nanos.accumulateAndGet(
        measured,
        (known, now) -> known == UNKNOWN || now < known ? now : known + (now - known) / 8);
  }

  boolean areLong() {
    return nanos.get() > FAR;
  }
}
