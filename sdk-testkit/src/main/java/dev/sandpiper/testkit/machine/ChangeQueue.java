package dev.sandpiper.testkit.machine;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Changes of a watched directory on their way to one reader. As many wait as the kernel lets wait.
 * Thread-safe.
 */
public final class ChangeQueue implements FileChange.Listener {
  private static final int MOST_WAITING = 16_384;
  private static final String OVERFLOW = "fsnotify: queue or buffer overflow";

  /** There will be no more changes. The message is the reason, in Go's words. */
  public static final class LostException extends Exception {
    private static final long serialVersionUID = 1;

    LostException(String reason) {
      super(reason);
    }
  }

  private final boolean lossy;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  // Guarded by the lock. The reason is null while changes come.
  private final Deque<FileChange> waiting = new ArrayDeque<>();
  private @Nullable String lost;

  private ChangeQueue(boolean lossy) {
    this.lossy = lossy;
  }

  /** One whose watch is lost with the first change that finds it full, as E2B's is. */
  public static ChangeQueue exact() {
    return new ChangeQueue(false);
  }

  /**
   * One that drops what finds it full without a word, and a change that repeats the last one that
   * waits, as Blaxel's does.
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
   * @throws LostException once the changes before a loss have been taken
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
