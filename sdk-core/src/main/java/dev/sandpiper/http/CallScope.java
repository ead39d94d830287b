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
 * The deadline and the cancellation of one call. Everything that is done on the call's behalf uses
 * its scope or an inner one: requests, retries, token refreshes, look-ups, pauses. All of it ends
 * when the deadline passes, when the scope or an outer one is cancelled, or when the waiting thread
 * is interrupted.
 *
 * <p>Thread-safe. Immutable except for {@link #cancel}.
 */
public final class CallScope {
  /**
   * How often a wait for a lock checks the scope. System time, because a lock cannot wait by any
   * other clock.
   */
  private static final long LOOK_MILLIS = 50;

  private final Time time;
  private final @Nullable CallScope outer;
  private final @Nullable End end;
  private final Set<Runnable> actions = ConcurrentHashMap.newKeySet();
  private volatile boolean cancelled;

  /** When the time is up, and which limit that is, for messages. */
  record End(Limit limit, Duration value, long began) {
    long left(long now) {
      return Durations.nanos(value) - (now - began);
    }

    DeadlineExceededException exceeded(
        Failure about, @Nullable ExecResult partial, @Nullable Throwable cause) {
      String observed =
          limit == Limit.DEADLINE
              ? "stopped at its deadline of " + Durations.text(value) + " (Command.timeout)"
              : "not completed within its limit of " + Durations.text(value);
      return new DeadlineExceededException(
          limit, value, about.withObserved(observed), partial, cause);
    }
  }

  private CallScope(Time time, @Nullable CallScope outer, @Nullable End end) {
    this.time = time;
    this.outer = outer;
    this.end = end;
  }

  /** A new scope on the system clock without a deadline: only {@link #cancel} ends it. */
  public static CallScope open() {
    return open(Time.system());
  }

  /** A new scope without a deadline: only {@link #cancel} ends it. */
  public static CallScope open(Time time) {
    return new CallScope(time, null, null);
  }

  /** A new scope on the same clock without a deadline, independent of this one. */
  public CallScope apart() {
    return open(time);
  }

  /** The clock of this scope. */
  public Time time() {
    return time;
  }

  /** A scope that ends {@code limit} from now, or together with this one. */
  public CallScope within(Duration limit) {
    return within(limit, Limit.RESPONSE);
  }

  /** Like {@link #within(Duration)}, for the deadline of a command. */
  public CallScope withinDeadline(Duration limit) {
    return within(limit, Limit.DEADLINE);
  }

  private CallScope within(Duration limit, Limit kind) {
    long now = time.nanos();
    End inner = new End(kind, limit, now);
    boolean isSooner = end == null || inner.left(now) < end.left(now);
    return new CallScope(time, this, isSooner ? inner : end);
  }

  /** A scope that ends together with this one and can also be cancelled on its own. */
  public CallScope child() {
    return new CallScope(time, this, end);
  }

  /** Cancels this scope and its inner scopes. Idempotent; may be called from any thread. */
  public void cancel() {
    cancelled = true;
    actions.forEach(Runnable::run);
  }

  /** True if this or an outer scope is cancelled. */
  public boolean isCancelled() {
    return cancelled || (outer != null && outer.isCancelled());
  }

  /** The remaining time; zero if it is up, 292 years without a deadline. */
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
   * Checks that the call may continue.
   *
   * @param about the operation and subject of an error
   * @throws CancelledException if the scope is cancelled, or this thread is interrupted
   * @throws DeadlineExceededException if the deadline has passed
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

  /** Sleeps. Fails like {@link #check} as soon as the scope has ended. */
  public void sleep(Duration pause, Failure about) {
    sleep(time, pause, about);
  }

  /** Sleeps by the clock of a client instead of this scope's. */
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

  /** Acquires a lock that may be held during requests. Fails like {@link #check}. */
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
   * The error of a call whose deadline has passed.
   *
   * @param partial the output of the command so far
   */
  public DeadlineExceededException exceeded(
      Failure about, @Nullable ExecResult partial, @Nullable Throwable cause) {
    return requireNonNull(end, "limit").exceeded(about, partial, cause);
  }

  /**
   * Waits for work that another call does. Fails like {@link #check}, or with the failure of the
   * work.
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
      // check() below reports why
    } catch (ExecutionException e) {
      throw SharedFailure.rethrown(e);
    } finally {
      forget(giveUp);
    }
    check(about);
    throw new CancelledException(about.withObserved("the work it waited for was cancelled"));
  }

  /** The end if it has passed, or else null. */
  @Nullable End over() {
    return end != null && end.left(time.nanos()) <= 0 ? end : null;
  }

  /**
   * Runs {@code action} when this or an outer scope is cancelled, on the cancelling thread;
   * immediately if it is already cancelled. The action must not block. The caller removes it with
   * {@link #forget}.
   */
  public void onCancel(Runnable action) {
    for (CallScope scope = this; scope != null; scope = scope.outer) {
      scope.actions.add(action);
    }
    if (isCancelled()) {
      action.run();
    }
  }

  /** Removes an action given to {@link #onCancel}. */
  public void forget(Runnable action) {
    for (CallScope scope = this; scope != null; scope = scope.outer) {
      scope.actions.remove(action);
    }
  }
}
