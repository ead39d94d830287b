package dev.sandpiper.pool;

/** The counters of a pool. Guarded by the pool's monitor. */
final class Tally {
  long created;
  long leases;
  long killed;
  long gone;
  long failedCreations;
  long failedChecks;
  long unconfirmedKills;
  long uncertainCreations;
  private long expiredLeases;
  private long abandonedLeases;

  void count(Ending how) {
    switch (how) {
      case LIMIT -> expiredLeases++;
      case ABANDONED -> abandonedLeases++;
      case UNUSED -> leases--;
      case CLOSED, DISCARDED, POOL_CLOSED -> {}
    }
  }

  PoolCounts with(Holdings<?> held) {
    return new PoolCounts(
        held.warm.size(),
        held.checking.size() + held.renewing.size(),
        held.leased.size(),
        held.creating,
        held.killing.size(),
        held.waiters.size(),
        created,
        leases,
        killed,
        gone,
        failedCreations,
        failedChecks,
        expiredLeases,
        abandonedLeases,
        unconfirmedKills,
        uncertainCreations);
  }
}
