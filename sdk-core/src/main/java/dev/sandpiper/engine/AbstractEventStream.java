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

/** An event stream whose ways of reading are all built on one blocking method, {@link #await}. */
public abstract class AbstractEventStream<E> implements EventStream<E> {
  private final AtomicBoolean iterated = new AtomicBoolean();

  /**
   * Waits for the next event, at most {@code nanos}. Null once the stream has ended.
   *
   * @throws TimeoutException if no event arrived within {@code nanos}
   */
  protected abstract @Nullable E await(long nanos) throws TimeoutException, InterruptedException;

  /** The failure of an interrupted read: names the stream and adds {@code observed}. */
  protected abstract Failure failure(String observed);

  /**
   * Called when {@code event} is returned to the caller. An iterator reads an event in {@code
   * hasNext()} and returns it later, in {@code next()}.
   */
  protected void passed(E event) {}

  @Override
  public final @Nullable E next() {
    return returned(read());
  }

  @Override
  public final @Nullable E next(Duration limit) throws TimeoutException {
    return returned(read(Durations.nanos(limit)));
  }

  private @Nullable E returned(@Nullable E event) {
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
      // Without this the stream could be collected, and closed, while its last reader is blocked.
      Reference.reachabilityFence(this);
    }
  }

  @Override
  public final Iterator<E> iterator() {
    if (!iterated.compareAndSet(false, true)) {
      throw new IllegalStateException("the events can be iterated only once");
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
