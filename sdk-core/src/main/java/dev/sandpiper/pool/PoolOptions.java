package dev.sandpiper.pool;

import dev.sandpiper.Sandbox;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Predicate;

/**
 * The options of one pool, validated by its builder.
 *
 * @param idleLimit zero for no limit
 * @param timeToLive set whenever the pool creates a sandbox or connects to it
 */
record PoolOptions<S extends Sandbox>(
    String owner,
    String instance,
    int warm,
    int maximum,
    int creationsInParallel,
    int uses,
    Duration maximumAge,
    Duration idleLimit,
    Duration waitLimit,
    Duration leaseLimit,
    Duration timeToLive,
    Predicate<? super S> check) {

  /** The tag of a sandbox created at {@code now}. */
  PoolTag tagFrom(Instant now) {
    return new PoolTag(owner, instance, now.plus(maximumAge).plus(leaseLimit));
  }
}
