package dev.sandpiper.testkit.faults;

import java.io.IOException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Stops all traffic while a server is frozen. Thread-safe. */
final class Gate {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private @Nullable PlannedFault frozen; // guarded by the lock
  private boolean closed; // guarded by the lock

  void freeze(PlannedFault cause) {
    change(() -> frozen = cause);
  }

  void thaw() {
    change(() -> frozen = null);
  }

  /** Releases all waiting threads, after the connections were dropped. */
  void close() {
    change(() -> closed = true);
  }

  private void change(Runnable change) {
    lock.lock();
    try {
      change.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void await() throws IOException {
    lock.lock();
    try {
      while (frozen != null && !closed) {
        frozen.injected();
        changed.await();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      lock.unlock();
    }
  }
}
