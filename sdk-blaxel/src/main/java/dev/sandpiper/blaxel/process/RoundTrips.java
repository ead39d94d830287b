package dev.sandpiper.blaxel.process;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How far a sandbox's server is, by requests that it answers at once. A quicker one counts at once,
 * slower ones by and by: a busy machine is not far. Safe for use by many threads.
 */
final class RoundTrips {
  /** From here on the server's own wait for a command, of 50 ms, costs less than a second look. */
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
