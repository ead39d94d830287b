package dev.sandpiper.pool;

import dev.sandpiper.Failure;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxNotRunningException;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** The time for which a caller has a sandbox. Begun and ended in the pool's monitor. */
final class Term<S extends Sandbox> {
  final PooledSandbox<S> pooled;
  final long endsAt;
  private @Nullable Future<?> limit; // guarded by the monitor
  private volatile @Nullable String ended; // the reason; null while it lasts

  Term(PooledSandbox<S> pooled, long endsAt) {
    this.pooled = pooled;
    this.endsAt = endsAt;
  }

  /** What ends it when its time is over. */
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
   * Returns while it lasts.
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
