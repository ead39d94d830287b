package dev.sandpiper.http;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.CancelledException;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.DeadlineExceededException.Limit;
import dev.sandpiper.ExecResult;
import dev.sandpiper.Failure;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The time of one call, and its cancellation. Everything that is done on the call's behalf carries
 * its scope, or one within it: requests, their retries, token refreshes, look-ups, pauses. All of
 * that ends when the time is over, when the scope or an outer one is cancelled, or when the thread
 * that waits is interrupted.
 *
 * <p>Safe for use by many threads. Only {@link #cancel} changes it.
 */
public final class CallScope {
  /** Of the machine's time: locks cannot be waited for by any other. */
  private static final long LOOK_MILLIS = 50;

  private final Time time;
  private final @Nullable CallScope outer;
  private final @Nullable End end;
  private final Set<Runnable> actions = ConcurrentHashMap.newKeySet();
  private volatile boolean cancelled;

  /** When the time is over, and how messages explain that. */
  record End(Limit limit, Duration value, long began) {
    long left(long now) {
      return Durations.nanos(value) - (now - began);
    }

    DeadlineExceededException exceeded(
        Failure about, @Nullable ExecResult partial, @Nullable Throwable cause) {
      String observed =
          limit == Limit.DEADLINE
              ? "stopped at its deadline of " + Durations.text(value) + " (Command.timeout)"
              : "not over within its limit of " + Durations.text(value);
      return new DeadlineExceededException(
          limit, value, about.withObserved(observed), partial, cause);
    }
  }

  private CallScope(Time time, @Nullable CallScope outer, @Nullable End end) {
    this.time = time;
    this.outer = outer;
    this.end = end;
  }

  /** A new scope by the time of this machine, without an end: only {@link #cancel} ends it. */
  public static CallScope open() {
    return open(Time.system());
  }

  /** A new scope without an end, which only {@link #cancel} ends. */
  public static CallScope open(Time time) {
    return new CallScope(time, null, null);
  }

  /** A new scope by the same time, without an end. It does not end together with this one. */
  public CallScope apart() {
    return open(time);
  }

  /** The time by which it ends. */
  public Time time() {
    return time;
  }

  /** A scope that ends {@code limit} from now, or together with this one. */
  public CallScope within(Duration limit) {
    return within(limit, Limit.RESPONSE);
  }

  /** Like {@link #within(Duration)}, for the time that a command has. */
  public CallScope withinDeadline(Duration limit) {
    return within(limit, Limit.DEADLINE);
  }

  private CallScope within(Duration limit, Limit kind) {
    long now = time.nanos();
    End inner = new End(kind, limit, now);
    boolean isSooner = end == null || inner.left(now) < end.left(now);
    return new CallScope(time, this, isSooner ? inner : end);
  }

  /** A scope that ends together with this one, and can be cancelled by itself. */
  public CallScope child() {
    return new CallScope(time, this, end);
  }

  /** Ends it, and what was made from it. Idempotent; from any thread. */
  public void cancel() {
    cancelled = true;
    actions.forEach(Runnable::run);
  }

  /** True if this or an outer scope is cancelled. */
  public boolean isCancelled() {
    return cancelled || (outer != null && outer.isCancelled());
  }

  /** The time that is left; zero if it is over, 292 years if it has no end. */
  public Duration left() {
    return Duration.ofNanos(Math.max(0, leftNanos()));
  }

  private long leftNanos() {
    return end == null ? Long.MAX_VALUE : end.left(time.nanos());
  }

  private long until() {
    return end == null ? time.nanos() + Long.MAX_VALUE : end.began() + Durations.nanos(end.value());
  }

  /**
   * Returns if the call may go on.
   *
   * @param about what an error says it is about
   * @throws CancelledException if the scope is cancelled, or this thread is interrupted
   * @throws DeadlineExceededException if the time is over
   */
  public void check(Failure about) {
    if (isCancelled()) {
      throw new CancelledException(about.withObserved("it was closed"));
    }
    if (Thread.currentThread().isInterrupted()) {
      throw new CancelledException(about.withObserved("its thread was interrupted"));
    }
    End over = over();
    if (over != null) {
      throw over.exceeded(about, null, null);
    }
  }

  /** True if {@link #check} would throw. */
  public boolean hasEnded() {
    return isCancelled() || Thread.currentThread().isInterrupted() || leftNanos() <= 0;
  }

  /** Waits. Fails like {@link #check} as soon as the call may not go on. */
  public void sleep(Duration pause, Failure about) {
    sleep(time, pause, about);
  }

  /** Waits by the time of a client, whatever this scope's is. */
  public void sleep(Time pausing, Duration pause, Failure about) {
    check(about);
    CompletableFuture<Boolean> woken = new CompletableFuture<>();
    Runnable wake = () -> woken.complete(true);
    onCancel(wake);
    try {
      boolean unused = pausing.isDone(woken, pause.compareTo(left()) < 0 ? pause : left());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      forget(wake);
    }
    check(about);
  }

  /** Takes a lock that may be held during requests. Fails like {@link #check}. */
  public void lock(ReentrantLock lock, Failure about) {
    boolean locked = false;
    while (!locked) {
      check(about);
      try {
        locked = lock.tryLock(LOOK_MILLIS, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** False if only {@link #cancel} ends it. */
  public boolean hasLimit() {
    return end != null;
  }

  /**
   * The error for a call whose time is over.
   *
   * @param partial what a command had written
   */
  public DeadlineExceededException exceeded(
      Failure about, @Nullable ExecResult partial, @Nullable Throwable cause) {
    return requireNonNull(end, "limit").exceeded(about, partial, cause);
  }

  /**
   * Waits for work that somebody else does, and for others too. Fails like {@link #check}, or as
   * the work did.
   */
  public <T> T await(CompletableFuture<T> work, Failure about) {
    CompletableFuture<T> awaited = work.copy();
    Runnable giveUp = () -> awaited.cancel(false);
    onCancel(giveUp);
    try {
      return time.get(awaited, until());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (TimeoutException | CancellationException e) {
      // check() says why
    } catch (ExecutionException e) {
      throw SharedFailure.rethrown(e);
    } finally {
      forget(giveUp);
    }
    check(about);
    throw new CancelledException(about.withObserved("it was given up"));
  }

  /** The end, if it has come. */
  @Nullable End over() {
    return end != null && end.left(time.nanos()) <= 0 ? end : null;
  }

  /**
   * Runs {@code action} when this or an outer scope is cancelled, on the thread that cancels; at
   * once if it is cancelled. It must not block. The caller takes it back with {@link #forget}.
   */
  public void onCancel(Runnable action) {
    for (CallScope scope = this; scope != null; scope = scope.outer) {
      scope.actions.add(action);
    }
    if (isCancelled()) {
      action.run();
    }
  }

  /** Takes back what {@link #onCancel} was given. */
  public void forget(Runnable action) {
    for (CallScope scope = this; scope != null; scope = scope.outer) {
      scope.actions.remove(action);
    }
  }
}
