package dev.sandpiper.pool;

import dev.sandpiper.http.Backoff;
import dev.sandpiper.http.Durations;
import java.time.Duration;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/**
 * The backoff after failures: as long as the platform asks for, or else from half a second up to
 * thirty. Guarded by the pool's monitor.
 */
final class Pause {
  /** The maximum for a pause that a platform asks for, because nothing would end a longer one. */
  private static final Duration LONGEST_ASKED = Duration.ofMinutes(5);

  private final Backoff backoff = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(30));
  private final DoubleSupplier jitter;
  private long until;
  private boolean hasFailed;

  /**
   * @param jitter supplies random values from 0 to 1
   */
  Pause(DoubleSupplier jitter) {
    this.jitter = jitter;
  }

  /**
   * Begins a pause after a failure. Concurrent failures share one pause.
   *
   * @param asked the pause that the platform asks for, if any
   * @return how long to wait from now
   */
  Duration begin(Optional<Duration> asked, long now) {
    boolean isNew = isOver(now);
    Duration pause = asked.map(Pause::bounded).orElseGet(() -> isNew ? grown() : Duration.ZERO);
    long end = now + Durations.nanos(pause);
    until = isNew || end - until > 0 ? end : until;
    hasFailed = true;
    return Duration.ofNanos(until - now);
  }

  private Duration grown() {
    return Duration.ofNanos((long) (backoff.next().toNanos() * (0.5 + jitter.getAsDouble())));
  }

  private static Duration bounded(Duration asked) {
    return asked.compareTo(LONGEST_ASKED) > 0 ? LONGEST_ASKED : asked;
  }

  boolean isOver(long now) {
    return !hasFailed || until - now <= 0;
  }

  /**
   * True after a failure until the next success: meanwhile a single attempt suffices to find out
   * whether it works again.
   */
  boolean isProbing() {
    return hasFailed;
  }

  void reset() {
    hasFailed = false;
    backoff.reset();
  }
}
