package dev.sandpiper.blaxel;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Failure;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Output;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Between the thread that reads a stream and the one that takes its events. The stream never waits
 * for the taker, because one stream that is not read stops the whole server of its sandbox: beyond
 * the bound the oldest output goes, and a gap says so. Once abandoned, everything is thrown away
 * and the stream is read all the same.
 */
final class StreamedEvents {
  static final int LIMIT = 8 << 20;
  static final String TOO_SLOW =
      "it was read too slowly: Blaxel's streams must not wait, and it was too much to keep";

  private static final int OVERHEAD = 128;

  private final String name;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // All guarded by lock.
  private final Deque<ProcessEvent> events = new ArrayDeque<>();
  private final Set<Channel> dropped = EnumSet.noneOf(Channel.class);
  private long held;
  private boolean abandoned;
  private @Nullable RuntimeException failure;

  StreamedEvents(String name) {
    this.name = name;
  }

  /** Adds an event. Never waits. */
  void put(ProcessEvent event) {
    lock.lock();
    try {
      if (abandoned) {
        return;
      }
      events.add(event);
      held += cost(event);
      while (held > LIMIT && events.size() > 1) {
        drop(events.remove());
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void drop(ProcessEvent event) {
    held -= cost(event);
    if (event instanceof Output output) {
      dropped.add(output.channel());
    } else if (event instanceof ProcessEvent.OutputGap gap) {
      dropped.add(gap.channel());
    }
  }

  private static long cost(ProcessEvent event) {
    return event instanceof Output output ? output.size() + OVERHEAD : OVERHEAD;
  }

  /** What to throw once the events that are there have been taken. */
  void fail(RuntimeException cause) {
    lock.lock();
    try {
      failure = cause;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Blocks for the next event.
   *
   * @throws CancelledException once abandoned, or if this thread is interrupted
   */
  ProcessEvent take() {
    lock.lock();
    try {
      while (true) {
        if (abandoned) {
          throw new CancelledException(failure("it was closed"));
        }
        ProcessEvent next = poll();
        if (next != null) {
          return next;
        }
        if (failure != null) {
          throw failure;
        }
        changed.await();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException(failure("its thread was interrupted"), e);
    } finally {
      lock.unlock();
    }
  }

  private @Nullable ProcessEvent poll() {
    for (Channel channel : Channel.values()) {
      if (dropped.remove(channel)) {
        return StreamMessages.gap(channel, TOO_SLOW);
      }
    }
    ProcessEvent next = events.poll();
    held -= next == null ? 0 : cost(next);
    return next;
  }

  /** Throws a failure that is there already; true if an event is. Takes nothing. */
  boolean hasBegun() {
    lock.lock();
    try {
      if (events.isEmpty() && failure != null) {
        throw failure;
      }
      return !events.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** Nobody takes any more. Idempotent; frees who is blocked in {@link #take}. */
  void abandon() {
    lock.lock();
    try {
      abandoned = true;
      events.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  boolean isAbandoned() {
    lock.lock();
    try {
      return abandoned;
    } finally {
      lock.unlock();
    }
  }

  private Failure failure(String observed) {
    return Failure.of("follow", name, observed);
  }
}
