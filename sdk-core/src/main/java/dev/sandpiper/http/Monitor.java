package dev.sandpiper.http;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * A lock, and the threads that wait for a change of what it guards. A thread may enter it again.
 */
public final class Monitor {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Time time;

  public Monitor(Time time) {
    this.time = time;
  }

  /** Makes a change, and wakes the waiting threads. */
  public void change(Runnable change) {
    lock.lock();
    try {
      change.run();
    } finally {
      leave();
    }
  }

  /** Looks, and may make a change as well. */
  public <T> T decide(Supplier<T> look) {
    lock.lock();
    try {
      return look.get();
    } finally {
      leave();
    }
  }

  /** Waits while the answer is yes, at most {@code nanos}. Returns what is left of them. */
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

  /** For what takes several steps; {@link #leave} belongs to it. */
  public void enter() {
    lock.lock();
  }

  /** {@link #enter}, unless this thread is interrupted. */
  public void enterInterruptibly() throws InterruptedException {
    lock.lockInterruptibly();
  }

  /** Wakes the waiting threads, because something may have changed. */
  public void leave() {
    changed.signalAll();
    lock.unlock();
  }

  /** Within it: waits for a change, until a point in time of its own. May return sooner. */
  public void awaitChange(long until) throws InterruptedException {
    time.await(lock, changed, until);
  }
}
