package dev.sandpiper.http;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** A lock with one condition that is signalled on every change. Reentrant. */
public final class Monitor {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Time time;

  public Monitor(Time time) {
    this.time = time;
  }

  /** Makes a change and wakes the waiting threads. */
  public void change(Runnable change) {
    lock.lock();
    try {
      change.run();
    } finally {
      leave();
    }
  }

  /** Evaluates {@code look}, which may also make a change, and wakes the waiting threads. */
  public <T> T decide(Supplier<T> look) {
    lock.lock();
    try {
      return look.get();
    } finally {
      leave();
    }
  }

  /**
   * Waits while {@code question} is true, at most {@code nanos}. Returns the remaining nanoseconds.
   */
  public long awaitWhile(BooleanSupplier question, long nanos) throws InterruptedException {
    long until = time.nanos() + nanos;
    enterInterruptibly();
    try {
      long left = nanos;
      while (question.getAsBoolean() && left > 0) {
        awaitChange(until);
        left = until - time.nanos();
      }
      return left;
    } finally {
      lock.unlock();
    }
  }

  /** Acquires the lock, for changes in several steps; released by {@link #leave}. */
  public void enter() {
    lock.lock();
  }

  /** Like {@link #enter}, unless this thread is interrupted. */
  public void enterInterruptibly() throws InterruptedException {
    lock.lockInterruptibly();
  }

  /** Wakes the waiting threads and releases the lock. */
  public void leave() {
    changed.signalAll();
    lock.unlock();
  }

  /** While holding the lock: waits for a change until a point in time. May return sooner. */
  public void awaitChange(long until) throws InterruptedException {
    time.await(lock, changed, until);
  }
}
