package dev.sandpiper.pool;

import dev.sandpiper.http.Durations;

/** How a lease ends. */
enum Ending {
  CLOSED("the lease was closed"),
  DISCARDED("the lease was discarded"),
  LIMIT("the lease ended at its limit of %s (the pool's leaseLimit)"),
  ABANDONED("the lease was garbage-collected without being closed"),
  /** It was granted when its caller had stopped waiting, so the caller never received it. */
  UNUSED("the lease was granted after its caller had stopped waiting"),
  POOL_CLOSED("the pool was closed");

  private final String reason;

  Ending(String reason) {
    this.reason = reason;
  }

  /** True if the sandbox may be leased again: its caller ended the lease properly. */
  boolean leavesItUsable() {
    return this == CLOSED || this == UNUSED;
  }

  String reason(PoolOptions<?> options) {
    return reason.replace("%s", Durations.text(options.leaseLimit()));
  }
}
