package dev.sandpiper.pool;

import dev.sandpiper.http.Backoff;
import dev.sandpiper.http.Durations;
import java.time.Duration;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/**
 * When something that failed is tried again: as the platform says, or after pauses that grow from
 * half a second to thirty. Guarded by the pool's monitor.
 */
final class Pause {
  /** A longer one that a platform asks for is cut, since nothing would end it. */
  private static final Duration LONGEST_ASKED = Duration.ofMinutes(5);

  private final Backoff backoff = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(30));
  private final DoubleSupplier jitter;
  private long until;
  private boolean hasFailed;

  /**
   * @param jitter from 0 to 1
   */
  Pause(DoubleSupplier jitter) {
    this.jitter = jitter;
  }

  /**
   * Something failed. Those that fail together make one pause.
   *
   * @param asked what the platform says, if it says so
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

  /** True until something succeeds: one attempt is then enough to see whether it works again. */
  boolean isProbing() {
    return hasFailed;
  }

  void reset() {
    hasFailed = false;
    backoff.reset();
  }
}
