package dev.sandpiper.engine;

import dev.sandpiper.CancelledException;
import dev.sandpiper.EventStream;
import dev.sandpiper.Failure;
import dev.sandpiper.http.Durations;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** The ways to read events, over a single one that waits. */
public abstract class AbstractEventStream<E> implements EventStream<E> {
  private final AtomicBoolean iterated = new AtomicBoolean();

  /**
   * Waits for the next event, at most {@code nanos}. Null once the stream has ended.
   *
   * @throws TimeoutException if none came in time
   */
  protected abstract @Nullable E await(long nanos) throws TimeoutException, InterruptedException;

  /** What is read, for the failure of an interrupted read. */
  protected abstract Failure failure(String observed);

  /** Called when {@code event} is handed out, which is later than it was read by an iterator. */
  protected void passed(E event) {}

  @Override
  public final @Nullable E next() {
    return handedOut(read());
  }

  @Override
  public final @Nullable E next(Duration limit) throws TimeoutException {
    return handedOut(read(Durations.nanos(limit)));
  }

  private @Nullable E handedOut(@Nullable E event) {
    if (event != null) {
      passed(event);
    }
    return event;
  }

  private @Nullable E read() {
    try {
      return read(Long.MAX_VALUE);
    } catch (TimeoutException e) {
      throw new IllegalStateException("292 years have passed", e);
    }
  }

  private @Nullable E read(long nanos) throws TimeoutException {
    try {
      return await(nanos);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException(failure("its thread was interrupted"), e);
    } finally {
      Reference.reachabilityFence(this); // else it is garbage while its last reader is blocked
    }
  }

  @Override
  public final Iterator<E> iterator() {
    if (!iterated.compareAndSet(false, true)) {
      throw new IllegalStateException("events can be iterated once");
    }
    return new Remaining();
  }

  private final class Remaining implements Iterator<E> {
    private @Nullable E upcoming;

    @Override
    public boolean hasNext() {
      if (upcoming == null) {
        upcoming = read();
      }
      return upcoming != null;
    }

    @Override
    public E next() {
      E event = hasNext() ? upcoming : null;
      if (event == null) {
        throw new NoSuchElementException();
      }
      upcoming = null;
      passed(event);
      return event;
    }
  }
}
