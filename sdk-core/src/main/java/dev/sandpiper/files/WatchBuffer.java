package dev.sandpiper.files;

import dev.sandpiper.FileEvent;
import dev.sandpiper.FileEvent.Created;
import dev.sandpiper.FileEvent.Gap;
import dev.sandpiper.FileEvent.ModeChanged;
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
  private @Nullable RuntimeException failure;

  /** Changed under the lock. Once it is true there is nothing to read. */
  private volatile boolean closed;

  private void change(Runnable change) {
    lock.lock();
    try {
      change.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void put(FileEvent event) {
    change(
        () -> {
          if (closed || (event instanceof Gap && events.peekLast() instanceof Gap)) {
            return;
          }
          if (held + cost(event) > LIMIT) {
            clear();
            add(new Gap(OVERFLOW));
          }
          add(event);
        });
  }

  private void add(FileEvent event) {
    events.add(event);
    held += cost(event);
  }

  private void clear() {
    events.clear();
    held = 0;
  }

  /** Nothing will follow. */
  void end() {
    change(() -> ended = true);
  }

  /** Nothing will follow, because of {@code cause}. */
  void fail(RuntimeException cause) {
    change(
        () -> {
          failure = cause;
          ended = true;
        });
  }

  /** From now on there is nothing to read. */
  void close() {
    change(
        () -> {
          closed = true;
          clear();
        });
  }

  boolean isClosed() {
    return closed;
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

  private static long cost(FileEvent event) {
    int unseen = info(event).map(WatchBuffer::unseen).orElse(0);
    return OVERHEAD + 2L * (event.toString().length() + unseen);
  }

  private static Optional<FileInfo> info(FileEvent event) {
    return event instanceof Created created
        ? created.info()
        : event instanceof Written written
            ? written.info()
            : event instanceof ModeChanged changed ? changed.info() : Optional.empty();
  }

  /** What the text of an entry does not show. */
  private static int unseen(FileInfo info) {
    return info.metadata().toString().length() + info.linkTarget().map(String::length).orElse(0);
  }
}
