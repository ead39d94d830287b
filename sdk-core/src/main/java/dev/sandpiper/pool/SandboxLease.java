package dev.sandpiper.pool;

import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxNotRunningException;
import dev.sandpiper.http.Unclosed;
import java.time.Duration;
import java.util.function.BiFunction;

/**
 * A sandbox of a pool, for a while. It ends when it is closed, at the pool's lease limit, with the
 * pool, or when it becomes garbage, which is logged as a warning with where it was taken; so keep
 * it as long as you use its sandbox. Unless the pool allows more uses, the sandbox is killed then.
 * Safe for use by many threads.
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
   * The sandbox. It lives as long as the lease at least, if nobody kills it.
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

  /** The time that is left; zero once it has ended. */
  public Duration remaining() {
    return term.hasEnded() ? Duration.ZERO : core.until(term.endsAt);
  }

  /** The pool that it is from. */
  public SandboxPool<S> pool() {
    return pool;
  }

  /** Ends it like {@link #close}, and has the sandbox killed even if the pool allows more uses. */
  public void discard() {
    boolean unused = core.end(term, Ending.DISCARDED);
  }

  /**
   * Ends it. Idempotent, and returns at once: the pool kills the sandbox beside the caller, and its
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
