package dev.sandpiper.blaxel;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Failure;
import dev.sandpiper.ProcessEvent.Channel;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Wakes those who follow one process: it is time to look, and a watch says where. It proves
 * nothing: a watch may lose and double events. Safe for use by many threads.
 */
final class News {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // All guarded by lock.
  private final Set<Channel> written = EnumSet.noneOf(Channel.class);
  private boolean isListingDue;
  private long count;
  private long writes; // among those

  /** More of an output was written: it is to be read at the reader's own position. */
  void written(Channel channel) {
    tell(
        () -> {
          written.add(channel);
          writes++;
        });
  }

  /** Only a listing shows what has changed. */
  void changed() {
    tell(() -> isListingDue = true);
  }

  /** Anything may have happened. */
  void distrust() {
    written(Channel.STDOUT);
    written(Channel.STDERR);
    changed();
  }

  /** Has those who wait look again. */
  void wake() {
    tell(() -> {});
  }

  private void tell(Runnable change) {
    lock.lock();
    try {
      change.run();
      count++;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** True, once, if an output was written. */
  boolean takeWritten(Channel channel) {
    return locked(() -> written.remove(channel));
  }

  /** True, once, if a listing is due. */
  boolean takeChanged() {
    return locked(
        () -> {
          boolean wasDue = isListingDue;
          isListingDue = false;
          return wasDue;
        });
  }

  /** Goes up with all of the above. */
  long count() {
    return locked(() -> count);
  }

  private <T> T locked(Supplier<T> action) {
    lock.lock();
    try {
      return action.get();
    } finally {
      lock.unlock();
    }
  }

  /** Goes up with all but what only concerns an output. */
  long changes() {
    return locked(() -> count - writes);
  }

  /**
   * Waits until {@link #count} is not {@code seen} any more. False if that does not come in time.
   *
   * @throws CancelledException if this thread is interrupted
   */
  boolean await(long seen, long nanos, Failure failure) {
    return await(() -> count != seen, nanos, failure);
  }

  /** Likewise for {@link #changes}. */
  boolean awaitChange(long seen, long nanos, Failure failure) {
    return await(() -> count - writes != seen, nanos, failure);
  }

  private boolean await(BooleanSupplier isNews, long nanos, Failure failure) {
    lock.lock();
    try {
      long left = nanos;
      while (!isNews.getAsBoolean() && left > 0) {
        left = changed.awaitNanos(left);
      }
      return isNews.getAsBoolean();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException(failure.withObserved("its thread was interrupted"), e);
    } finally {
      lock.unlock();
    }
  }
}
