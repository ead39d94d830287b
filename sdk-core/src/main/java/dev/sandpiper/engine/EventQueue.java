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
 * A queue of events from the thread that adds them to the thread that takes them. The subclass
 * decides how much is held and what happens beyond that. Thread-safe.
 */
public abstract class EventQueue<E> {
  private final Monitor monitor;

  // All guarded by the monitor.
  protected final Deque<E> events = new ArrayDeque<>();
  protected long held; // the total cost of the events
  private boolean ended;
  private boolean woken; // set by wake(), cleared by the take that returns because of it
  private @Nullable RuntimeException failure;

  /** Changed in the monitor. Once true, every event is dropped. */
  private volatile boolean discarded;

  /** The cost of holding an event, in bytes, approximately. */
  protected abstract long cost(E event);

  protected EventQueue(Time time) {
    monitor = new Monitor(time);
  }

  /** Makes a change and wakes the waiting threads. */
  protected final void change(Runnable change) {
    monitor.change(change);
  }

  /** Evaluates {@code look}, which may also make a change. */
  protected final boolean decide(BooleanSupplier look) {
    return monitor.decide(look::getAsBoolean);
  }

  /**
   * Waits while {@code question} is true, at most {@code nanos}. Returns the remaining nanoseconds.
   */
  protected final long awaitWhile(BooleanSupplier question, long nanos)
      throws InterruptedException {
    return monitor.awaitWhile(question, nanos);
  }

  /** Adds an event at the end. Called in the monitor. */
  protected final void append(E event) {
    events.add(event);
    held += cost(event);
  }

  /** Removes all events. Called in the monitor. */
  protected void clear() {
    events.clear();
    held = 0;
  }

  /** Removes the next event; the queue is not empty. Called in the monitor. */
  protected E removeFirst() {
    E event = events.remove();
    held -= cost(event);
    return event;
  }

  /** True if there is nothing to take. Called in the monitor. */
  protected boolean isEmpty() {
    return events.isEmpty();
  }

  /** No further event will be added. */
  public final void end() {
    change(() -> ended = true);
  }

  /** No further event will be added, because of {@code cause}. Ignored after {@link #end}. */
  public final void fail(RuntimeException cause) {
    change(
        () -> {
          if (!ended && failure == null && !discarded) {
            failure = cause;
          }
        });
  }

  /** Drops all events, also those added later; nothing waits for a reader any more. */
  public final void discard() {
    change(
        () -> {
          discarded = true;
          failure = null;
          clear();
        });
  }

  /** Like {@link #discard}, but a reader that has not reached the end gets {@code cause}. */
  public final void abandon(RuntimeException cause) {
    change(
        () -> {
          RuntimeException reported = ended && isEmpty() ? failure : cause;
          discard();
          failure = reported; // after discard(), which clears it
        });
  }

  /** True once every event is dropped. */
  public final boolean isDiscarded() {
    return discarded;
  }

  /**
   * Takes the next event, waiting for it at most {@code nanos}. Null after the last one, and once
   * every event is dropped. Throws the cause given to {@link #fail}.
   *
   * @throws TimeoutException if no event arrived in time, or {@link #wake} was called
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
        throw new TimeoutException("no event arrived in time");
      }
      return null;
    } finally {
      monitor.leave();
    }
  }

  /**
   * Like {@link #take(long)}, and moves the other queued events to {@code rest}: the lock is taken
   * once for many events.
   */
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

  /** Wakes the thread that waits for an event, or else the next one that would wait. */
  final void wake() {
    change(() -> woken = true);
  }

  /**
   * True if there is something to take. If not, throws the cause given to {@link #fail}, if any.
   */
  public final boolean hasNext() {
    return decide(
        () -> {
          if (isEmpty() && failure != null) {
            throw failure;
          }
          return !isEmpty();
        });
  }

  /** True if there is nothing to take now. */
  final boolean hasNothing() {
    return decide(this::isEmpty);
  }
}
