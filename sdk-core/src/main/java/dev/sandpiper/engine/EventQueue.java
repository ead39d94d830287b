package dev.sandpiper.engine;

import dev.sandpiper.http.Monitor;
import dev.sandpiper.http.Time;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Queue;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Events on their way from the thread that adds them to the one that takes them. How much is held,
 * and what happens to more, is for the subclass to say. Thread-safe.
 */
public abstract class EventQueue<E> {
  private final Monitor monitor;

  // All guarded by the monitor.
  protected final Deque<E> events = new ArrayDeque<>();
  protected long held; // the cost of the events
  private boolean ended;
  private boolean woken; // and no take has come back because of it yet
  private @Nullable RuntimeException failure;

  /** Changed in the monitor. Once it is true nothing is kept any more. */
  private volatile boolean discarded;

  /** What an event costs to hold, roughly in bytes. */
  protected abstract long cost(E event);

  protected EventQueue(Time time) {
    monitor = new Monitor(time);
  }

  /** Makes a change, and wakes the waiting threads. */
  protected final void change(Runnable change) {
    monitor.change(change);
  }

  /** Looks, and may make a change as well. */
  protected final boolean decide(BooleanSupplier look) {
    return monitor.decide(look::getAsBoolean);
  }

  /** Waits while the answer is yes, at most {@code nanos}. Returns what is left of them. */
  protected final long awaitWhile(BooleanSupplier question, long nanos)
      throws InterruptedException {
    return monitor.awaitWhile(question, nanos);
  }

  /** Adds an event at the end. In the monitor. */
  protected final void append(E event) {
    events.add(event);
    held += cost(event);
  }

  /** Forgets all events. In the monitor. */
  protected void clear() {
    events.clear();
    held = 0;
  }

  /** The next event, of which there is one. In the monitor. */
  protected E removeFirst() {
    E event = events.remove();
    held -= cost(event);
    return event;
  }

  /** True if there is nothing to take. In the monitor. */
  protected boolean isEmpty() {
    return events.isEmpty();
  }

  /** Nothing will follow. */
  public final void end() {
    change(() -> ended = true);
  }

  /** Nothing will follow, because of {@code cause}; unless the end has come before. */
  public final void fail(RuntimeException cause) {
    change(
        () -> {
          if (!ended && failure == null && !discarded) {
            failure = cause;
          }
        });
  }

  /** From now on everything is thrown away, and nobody is waited for. */
  public final void discard() {
    change(
        () -> {
          discarded = true;
          failure = null;
          clear();
        });
  }

  /** Like {@link #discard}, and a reader that has not come to the end gets {@code cause}. */
  public final void abandon(RuntimeException cause) {
    change(
        () -> {
          RuntimeException told = ended && isEmpty() ? failure : cause;
          discard();
          failure = told;
        });
  }

  /** True once everything is thrown away. */
  public final boolean isDiscarded() {
    return discarded;
  }

  /**
   * Takes the next event, waiting for it at most {@code nanos}. Null after the last one, and once
   * everything is thrown away. Throws what the other side failed with.
   *
   * @throws TimeoutException if none came in time, or before a {@link #wake}
   */
  public final @Nullable E take(long nanos) throws TimeoutException, InterruptedException {
    monitor.enterInterruptibly();
    try {
      awaitWhile(() -> isEmpty() && !isOver() && !woken, nanos);
      woken = false;
      if (!isEmpty()) {
        return removeFirst();
      }
      if (failure != null) {
        throw failure;
      }
      if (!isOver()) {
        throw new TimeoutException("no event came in time");
      }
      return null;
    } finally {
      monitor.leave();
    }
  }

  /** {@link #take}, which puts what else is there into {@code rest}: one look for many events. */
  public final @Nullable E take(long nanos, Queue<? super E> rest)
      throws TimeoutException, InterruptedException {
    monitor.enterInterruptibly();
    try {
      E first = take(nanos);
      while (first != null && !isEmpty()) {
        rest.add(removeFirst());
      }
      return first;
    } finally {
      monitor.leave();
    }
  }

  private boolean isOver() {
    return ended || failure != null || discarded;
  }

  /** Frees the thread that waits for an event; if there is none, the next to come. */
  final void wake() {
    change(() -> woken = true);
  }

  /** True if there is something to take. If there is nothing, throws what the other side threw. */
  public final boolean hasNext() {
    return decide(
        () -> {
          if (isEmpty() && failure != null) {
            throw failure;
          }
          return !isEmpty();
        });
  }

  /** True if there is nothing to take at the moment. */
  final boolean hasNothing() {
    return decide(this::isEmpty);
  }
}
