package dev.sandpiper.files;

import dev.sandpiper.FileEvent;
import dev.sandpiper.FileEvent.Created;
import dev.sandpiper.FileEvent.Gap;
import dev.sandpiper.FileEvent.ModeChanged;
import dev.sandpiper.FileEvent.Removed;
import dev.sandpiper.FileEvent.Renamed;
import dev.sandpiper.FileEvent.Written;
import dev.sandpiper.FileInfo;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Between the pump of a watch and its reader. The pump never waits; when too much has come that
 * nobody read, all of it becomes one gap.
 */
final class WatchBuffer {
  static final String OVERFLOW = "events came faster than they were read";

  /** Roughly bytes. */
  static final int LIMIT = 1 << 20;

  private static final int OVERHEAD = 256;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // All guarded by lock.
  private final Deque<FileEvent> events = new ArrayDeque<>();
  private long held;
  private boolean ended;
  private boolean closed;
  private @Nullable RuntimeException failure;

  void put(FileEvent event) {
    lock.lock();
    try {
      if (closed || (event instanceof Gap && events.peekLast() instanceof Gap)) {
        return;
      }
      if (held + cost(event) > LIMIT) {
        events.clear();
        held = 0;
        events.add(new Gap(OVERFLOW));
      }
      events.add(event);
      held += cost(event);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Nothing will follow. */
  void end() {
    lock.lock();
    try {
      ended = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Nothing will follow, because of {@code cause}. */
  void fail(RuntimeException cause) {
    lock.lock();
    try {
      failure = cause;
      end();
    } finally {
      lock.unlock();
    }
  }

  /** From now on there is nothing to read. False if that was so already. */
  boolean close() {
    lock.lock();
    try {
      boolean first = !closed;
      closed = true;
      events.clear();
      held = 0;
      changed.signalAll();
      return first;
    } finally {
      lock.unlock();
    }
  }

  boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /** Waits that long, or until it is closed. */
  void awaitClosed(long nanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = nanos;
      while (!closed && left > 0) {
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for the next event, at most {@code nanos}. Null after the last one, and once it is
   * closed.
   *
   * @throws TimeoutException if none came in time
   */
  @Nullable FileEvent take(long nanos) throws TimeoutException, InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = nanos;
      while (events.isEmpty() && !ended && !closed && left > 0) {
        left = changed.awaitNanos(left);
      }
      FileEvent event = events.poll();
      if (event != null) {
        held -= cost(event);
      } else if (failure != null && !closed) {
        throw failure;
      } else if (!ended && !closed) {
        throw new TimeoutException("no event came in time");
      }
      return event;
    } finally {
      lock.unlock();
    }
  }

  private static int cost(FileEvent event) {
    if (event instanceof Created created) {
      return cost(created.path(), created.info());
    } else if (event instanceof Written written) {
      return cost(written.path(), written.info());
    } else if (event instanceof ModeChanged changed) {
      return cost(changed.path(), changed.info());
    } else if (event instanceof Removed removed) {
      return cost(removed.path(), Optional.empty());
    } else if (event instanceof Renamed renamed) {
      return cost(renamed.path(), Optional.empty());
    }
    return 0; // of gaps there are never two in a row
  }

  private static int cost(String path, Optional<FileInfo> info) {
    return OVERHEAD + 2 * path.length() + info.map(WatchBuffer::cost).orElse(0);
  }

  private static int cost(FileInfo info) {
    int texts = info.toString().length() + info.name().length();
    texts += info.linkTarget().map(String::length).orElse(0);
    return OVERHEAD + 2 * (texts + info.metadata().toString().length());
  }
}
