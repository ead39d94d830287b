package dev.sandpiper.http;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The time of a client: where it reads what time it is, and where it waits. That of the machine,
 * unless a test drives it; no other class reads a clock or sleeps. Points in time are {@link
 * #nanos}, to be compared by their difference. Safe for use by many threads.
 */
public interface Time {

  /** The time of this machine. */
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
   * @throws TimeoutException if that comes first
   * @throws ExecutionException if the future failed
   */
  <T> T get(CompletableFuture<T> work, long until)
      throws InterruptedException, ExecutionException, TimeoutException;

  /**
   * Waits for a signal until a point in time. May return sooner, as conditions do.
   *
   * @param lock of the condition; held by this thread
   */
  void await(ReentrantLock lock, Condition changed, long until) throws InterruptedException;

  /**
   * What runs tasks later.
   *
   * @param real does so by the time of this machine
   */
  Timers timers(Timers real);

  /** Waits until the future is done, however, and no longer than {@code limit}. True if it is. */
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
