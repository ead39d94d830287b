package dev.sandpiper.pool;

import dev.sandpiper.http.Durations;

/** How a lease ends. */
enum Ending {
  CLOSED("the lease was closed"),
  DISCARDED("the lease was discarded"),
  LIMIT("the lease ended at its limit of %s (the pool's leaseLimit)"),
  ABANDONED("the lease was not closed and has become garbage"),
  /** It came when its caller waited no more, who has never seen it. */
  UNUSED("the lease was not taken"),
  POOL_CLOSED("the pool was closed");

  private final String reason;

  Ending(String reason) {
    this.reason = reason;
  }

  /** True if nothing goes on in the sandbox, as far as the pool can know. */
  boolean leavesItUsable() {
    return this == CLOSED || this == UNUSED;
  }

  String reason(PoolOptions<?> options) {
    return reason.replace("%s", Durations.text(options.leaseLimit()));
  }
}
