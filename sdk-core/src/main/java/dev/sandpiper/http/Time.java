package dev.sandpiper.http;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The clock of a client, for reading the time and for timed waits. The system clock, unless a test
 * supplies its own; no other class reads a clock or sleeps. Points in time are {@link #nanos}
 * values, compared by their difference. Thread-safe.
 */
public interface Time {

  /** The system clock. */
  static Time system() {
    return SystemTime.TIME;
  }

  /** Like {@link System#nanoTime}. */
  long nanos();

  /** The time of day. */
  Instant now();

  /**
   * Waits for a future until a point in time.
   *
   * @throws TimeoutException if that time passes first
   * @throws ExecutionException if the future failed
   */
  <T> T get(CompletableFuture<T> work, long until)
      throws InterruptedException, ExecutionException, TimeoutException;

  /**
   * Waits for a signal until a point in time. May return sooner, as {@link Condition} may.
   *
   * @param lock the condition's lock, held by this thread
   */
  void await(ReentrantLock lock, Condition changed, long until) throws InterruptedException;

  /**
   * The timers that follow this clock.
   *
   * @param real timers that follow the system clock
   */
  Timers timers(Timers real);

  /** Waits at most {@code limit} until the future is done, normally or not. True if it is. */
  default boolean isDone(CompletableFuture<?> work, Duration limit) throws InterruptedException {
    try {
      get(work, nanos() + Durations.nanos(limit));
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      return true;
    }
  }
}
