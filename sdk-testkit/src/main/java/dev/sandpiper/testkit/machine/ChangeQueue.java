package dev.sandpiper.testkit.machine;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A queue of changes of a watched directory for one reader, with the capacity of the kernel's own.
 * Thread-safe.
 */
public final class ChangeQueue implements FileChange.Listener {
  private static final int MOST_WAITING = 16_384;
  private static final String OVERFLOW = "fsnotify: queue or buffer overflow";

  /** There will be no more changes. The message is the reason, in Go's text. */
  public static final class LostException extends Exception {
    private static final long serialVersionUID = 1;

    LostException(String reason) {
      super(reason);
    }
  }

  private final boolean lossy;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  // Guarded by the lock. The reason is null while the watch works.
  private final Deque<FileChange> waiting = new ArrayDeque<>();
  private @Nullable String lost;

  private ChangeQueue(boolean lossy) {
    this.lossy = lossy;
  }

  /** A queue whose watch is lost on overflow, as on E2B. */
  public static ChangeQueue exact() {
    return new ChangeQueue(false);
  }

  /**
   * A queue that silently drops changes on overflow, and a change equal to the last queued one, as
   * on Blaxel.
   */
  public static ChangeQueue lossy() {
    return new ChangeQueue(true);
  }

  @Override
  public void changed(FileChange change) {
    lock.lock();
    try {
      if (lossy && change.equals(waiting.peekLast())) return;
      if (waiting.size() < MOST_WAITING && lost == null) {
        waiting.add(change);
      } else if (!lossy && lost == null) {
        lost = OVERFLOW;
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
      if (lost == null && !(lossy && reason.equals(OVERFLOW))) lost = reason;
      arrived.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for the next change. Null if none comes within the time.
   *
   * @throws LostException once the changes before the loss have been read
   */
  public @Nullable FileChange next(long nanos) throws InterruptedException, LostException {
    lock.lock();
    try {
      long left = nanos;
      while (waiting.isEmpty()) {
        if (lost != null) throw new LostException(lost);
        if (left <= 0) return null;
        left = arrived.awaitNanos(left);
      }
      return waiting.remove();
    } finally {
      lock.unlock();
    }
  }
}
