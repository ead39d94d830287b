package dev.sandpiper.testkit.e2b;

import dev.sandpiper.testkit.machine.FileChange;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Changes on their way to one reader. As many wait as the kernel lets wait; with one more the watch
 * is lost, as it is with the real server.
 */
final class ChangeQueue implements FileChange.Listener {
  private static final int MOST_WAITING = 16_384;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();

  // Guarded by the lock.
  private final Queue<FileChange> waiting = new ArrayDeque<>();
  private @Nullable String lost;

  @Override
  public void changed(FileChange change) {
    lock.lock();
    try {
      if (lost != null) return;
      if (waiting.size() < MOST_WAITING) {
        waiting.add(change);
      } else {
        lost = "fsnotify: queue or buffer overflow";
      }
      arrived.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void lost(String reason) {
    lock.lock();
    try {
      if (lost == null) lost = reason;
      arrived.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for the next change. Null if none comes within the time.
   *
   * @throws RpcException once the changes before a loss have been taken
   */
  @Nullable FileChange next(long nanos) throws InterruptedException {
    lock.lock();
    try {
      long left = nanos;
      while (waiting.isEmpty()) {
        if (lost != null) throw RpcException.internal("watcher error: " + lost);
        if (left <= 0) return null;
        left = arrived.awaitNanos(left);
      }
      return waiting.remove();
    } finally {
      lock.unlock();
    }
  }
}
