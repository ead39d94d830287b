package dev.sandpiper.pool;

import dev.sandpiper.Sandbox;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Predicate;

/**
 * How one pool works, checked by its builder.
 *
 * @param idleLimit zero for none
 * @param timeToLive what a sandbox has to live whenever the pool asks for it
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

  /** The tag of a sandbox that is created now. */
  PoolTag tagFrom(Instant now) {
    return new PoolTag(owner, instance, now.plus(maximumAge).plus(leaseLimit));
  }
}
