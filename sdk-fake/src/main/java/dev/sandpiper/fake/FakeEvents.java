package dev.sandpiper.fake;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Capability;
import dev.sandpiper.EventStream;
import dev.sandpiper.Failure;
import dev.sandpiper.ProcessEvent;
import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The events of a command for one reader. */
final class FakeEvents implements EventStream<ProcessEvent> {
  private static final String POSITION = "fake-";

  private final Running running;
  private final Set<Capability> capabilities;
  private final BooleanSupplier isDone;
  private boolean iterated; // only for its reader
  private int next; // only for its reader
  private volatile boolean closed;

  FakeEvents(Running running, int from, Set<Capability> capabilities, BooleanSupplier isDone) {
    this.running = running;
    this.next = from;
    this.capabilities = capabilities;
    this.isDone = isDone;
  }

  /** The result of {@link #position()} as a number of events. */
  static int index(String position) {
    if (!position.matches(POSITION + "[0-9]{1,9}")) {
      throw new IllegalArgumentException("no position of a fake process: " + position);
    }
    return Integer.parseInt(position.substring(POSITION.length()));
  }

  @Override
  public @Nullable ProcessEvent next() {
    try {
      return passed(await(Long.MAX_VALUE));
    } catch (TimeoutException e) {
      throw new IllegalStateException("292 years have passed", e);
    }
  }

  @Override
  public @Nullable ProcessEvent next(Duration limit) throws TimeoutException {
    return passed(await(nanos(limit)));
  }

  static long nanos(Duration limit) {
    try {
      return limit.toNanos();
    } catch (ArithmeticException e) {
      return limit.isNegative() ? 0 : Long.MAX_VALUE;
    }
  }

  private @Nullable ProcessEvent await(long nanos) throws TimeoutException {
    try {
      return running.await(next, nanos, () -> closed || isDone.getAsBoolean());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException(
          Failure.of("read", running.ref.toString(), "its thread was interrupted"), e);
    }
  }

  private @Nullable ProcessEvent passed(@Nullable ProcessEvent event) {
    next += event == null ? 0 : 1;
    return event;
  }

  @Override
  public String position() {
    if (!capabilities.contains(Capability.REPLAY)) {
      throw new UnsupportedOperationException("this sandbox keeps no output");
    }
    return POSITION + next;
  }

  @Override
  public Iterator<ProcessEvent> iterator() {
    if (iterated) {
      throw new IllegalStateException("the events can be iterated only once");
    }
    iterated = true;
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        try {
          return await(Long.MAX_VALUE) != null;
        } catch (TimeoutException e) {
          throw new IllegalStateException("292 years have passed", e);
        }
      }

      @Override
      public ProcessEvent next() {
        ProcessEvent event = FakeEvents.this.next();
        if (event == null) {
          throw new NoSuchElementException();
        }
        return event;
      }
    };
  }

  @Override
  public void close() {
    closed = true;
    running.wake();
  }
}
