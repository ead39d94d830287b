package dev.sandpiper.testkit.e2b.process;

import dev.sandpiper.e2b.proto.ProcessProto.ProcessEvent;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One reader's subscription to a process's events. It holds one event at a time: the sender waits
 * until it was taken, so a reader that stops reading stops all readers.
 */
public final class Subscription implements AutoCloseable {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by the lock.
  private @Nullable ProcessEvent offered;
  private boolean left;
  private boolean broken;

  /** Waits until the event is taken, or the reader has unsubscribed. */
  void deliver(ProcessEvent event) throws InterruptedException {
    lock.lock();
    try {
      offered = event;
      changed.signalAll();
      while (offered != null && !left && !broken) changed.await();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for the next event. Null if none comes within the time.
   *
   * @throws BrokenException if there will be no more events, not even an end
   */
  public @Nullable ProcessEvent poll(long nanos) throws InterruptedException, BrokenException {
    lock.lock();
    try {
      long left = nanos;
      while (offered == null) {
        if (broken) throw new BrokenException();
        if (left <= 0) return null;
        left = changed.awaitNanos(left);
      }
      ProcessEvent event = offered;
      offered = null;
      changed.signalAll();
      return event;
    } finally {
      lock.unlock();
    }
  }

  /** The sandbox has ended: wakes both sides permanently. */
  void breakOff() {
    lock.lock();
    try {
      broken = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Unsubscribes. */
  @Override
  public void close() {
    lock.lock();
    try {
      left = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** The sandbox was killed while a reader waited. */
  public static final class BrokenException extends Exception {
    private static final long serialVersionUID = 1;

    BrokenException() {
      super("the sandbox is gone");
    }
  }
}
