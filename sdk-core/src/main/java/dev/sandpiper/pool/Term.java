package dev.sandpiper.pool;

import dev.sandpiper.Failure;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxNotRunningException;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** The state of one lease. Begins and ends in the pool's monitor. */
final class Term<S extends Sandbox> {
  final PooledSandbox<S> pooled;
  final long endsAt;
  private @Nullable Future<?> limit; // guarded by the monitor
  private volatile @Nullable String ended; // the reason; null until the lease has ended

  Term(PooledSandbox<S> pooled, long endsAt) {
    this.pooled = pooled;
    this.endsAt = endsAt;
  }

  /** Sets the task that ends the lease at its limit. */
  void limitBy(Future<?> task) {
    limit = task;
  }

  void end(String reason) {
    ended = reason;
    if (limit != null) {
      limit.cancel(false);
    }
  }

  boolean hasEnded() {
    return ended != null;
  }

  /**
   * Checks that the lease has not ended.
   *
   * @throws SandboxNotRunningException once it has ended, with the reason
   */
  void require() {
    String reason = ended;
    if (reason != null) {
      throw new SandboxNotRunningException(
          Failure.of("lease", pooled.id(), reason + "; take a new lease"), null, null);
    }
  }
}
