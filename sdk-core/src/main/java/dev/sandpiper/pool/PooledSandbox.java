package dev.sandpiper.pool;

import dev.sandpiper.Sandbox;
import java.time.Duration;

/** One sandbox of a pool. Times are in nanoseconds of the pool's clock. */
final class PooledSandbox<S extends Sandbox> {
  final S sandbox;
  private final long createdAt;

  /** Written by the thread that checks the sandbox, which then enters the monitor. */
  private long endsAt;

  // Guarded by the pool's monitor.
  private long idleSince;
  private int uses;

  /**
   * @param createdAt when its creation began; its age and time to live are counted from then, as
   *     the platform may do
   */
  PooledSandbox(S sandbox, long createdAt, Duration timeToLive) {
    this.sandbox = sandbox;
    this.createdAt = createdAt;
    this.endsAt = createdAt + timeToLive.toNanos();
    this.idleSince = createdAt;
  }

  String id() {
    return sandbox.id();
  }

  /**
   * Records a renewed time to live.
   *
   * @param asked when the request began
   */
  void lives(Duration timeToLive, long asked) {
    endsAt = asked + timeToLive.toNanos();
  }

  boolean livesFor(Duration span, long now) {
    return endsAt - now >= span.toNanos();
  }

  boolean isOlderThan(Duration age, long now) {
    return now - createdAt >= age.toNanos();
  }

  boolean isIdleFor(Duration span, long now) {
    return now - idleSince >= span.toNanos();
  }

  void countUse() {
    uses++;
  }

  void uncountUse() {
    uses--;
  }

  void becomesFree(long now) {
    idleSince = now;
  }

  int uses() {
    return uses;
  }
}
