package dev.sandpiper.pool;

import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxNotRunningException;
import dev.sandpiper.http.Unclosed;
import java.time.Duration;
import java.util.function.BiFunction;

/**
 * A lease of a sandbox in a pool. It ends when it is closed, at the pool's lease limit, with the
 * pool, or when it is garbage-collected, which logs a warning naming where it was taken; so keep a
 * reference while you use its sandbox. When it ends, the sandbox is killed, unless the pool allows
 * more uses. Thread-safe.
 */
public final class SandboxLease<S extends Sandbox> implements AutoCloseable {
  private final SandboxPool<S> pool;
  private final PoolCore<S> core;
  private final Term<S> term;
  private final S view;

  SandboxLease(
      SandboxPool<S> pool,
      PoolCore<S> core,
      Term<S> term,
      BiFunction<SandboxLease<S>, S, S> views) {
    this.pool = pool;
    this.core = core;
    this.term = term;
    this.view = views.apply(this, term.pooled.sandbox);
    Unclosed.watch(
        this,
        "the lease of sandbox " + term.pooled.id(),
        "the sandbox is killed",
        () -> core.end(term, Ending.ABANDONED));
  }

  /**
   * The sandbox. It runs at least as long as the lease, unless it is killed.
   *
   * @throws SandboxNotRunningException once the lease has ended, with the reason
   */
  public S sandbox() {
    require();
    return view;
  }

  void require() {
    term.require();
  }

  /** The remaining time; zero once the lease has ended. */
  public Duration remaining() {
    return term.hasEnded() ? Duration.ZERO : core.until(term.endsAt);
  }

  /** The pool of this lease. */
  public SandboxPool<S> pool() {
    return pool;
  }

  /**
   * Ends the lease like {@link #close}, but the sandbox is killed even if the pool allows more
   * uses.
   */
  public void discard() {
    boolean unused = core.end(term, Ending.DISCARDED);
  }

  /**
   * Ends the lease. Idempotent; does not block: the pool kills the sandbox in the background, and
   * {@link SandboxPool#close} waits for that.
   */
  @Override
  public void close() {
    boolean unused = core.end(term, Ending.CLOSED);
  }

  @Override
  public String toString() {
    return "SandboxLease[" + term.pooled.id() + "]";
  }
}
