package dev.sandpiper.engine;

import dev.sandpiper.CancelledException;
import dev.sandpiper.EventStream;
import dev.sandpiper.Failure;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessEvent.OutputGap;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.http.Durations;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one reader of a started process: takes from its buffer and adds the texts. */
final class ClaimedEvents implements EventStream<ProcessEvent> {
  private static final Logger log = LoggerFactory.getLogger(ClaimedEvents.class);

  private final EventBuffer buffer;
  private final ProcessRef ref;
  private final TextViews texts = new TextViews(); // owned by the reading thread
  private final Deque<ProcessEvent> ready = new ArrayDeque<>(); // owned by the reading thread
  private final AtomicBoolean iterated = new AtomicBoolean();
  private @Nullable ByteOffsets position; // owned by the reading thread; null if nothing is kept
  private volatile boolean closed;
  private volatile @Nullable Thread lastReader;

  ClaimedEvents(EventBuffer buffer, ProcessRef ref, @Nullable ByteOffsets begin) {
    this.buffer = buffer;
    this.ref = ref;
    this.position = begin;
  }

  @Override
  public @Nullable ProcessEvent next() {
    return passed(next(Long.MAX_VALUE));
  }

  @Override
  public Optional<ProcessEvent> next(Duration limit) {
    return Optional.ofNullable(passed(next(Durations.nanos(limit))));
  }

  @Override
  public String position() {
    if (position == null) {
      throw new UnsupportedOperationException(
          "the platform of "
              + ref
              + " keeps no output, so that no place in it can be gone back to");
    }
    return position.toString();
  }

  /** Moves the position behind an event that is handed out. */
  private @Nullable ProcessEvent passed(@Nullable ProcessEvent event) {
    ByteOffsets before = position;
    if (before != null && event instanceof Output output) {
      position = moved(before, output.channel(), offset(before, output.channel()) + output.size());
    } else if (before != null && event instanceof OutputGap gap && gap.to().isPresent()) {
      position = moved(before, gap.channel(), gap.to().getAsLong());
    }
    return event;
  }

  private static long offset(ByteOffsets offsets, Channel channel) {
    return channel == Channel.STDERR ? offsets.stderr() : offsets.stdout();
  }

  private static ByteOffsets moved(ByteOffsets before, Channel channel, long offset) {
    return channel == Channel.STDERR
        ? new ByteOffsets(before.stdout(), offset)
        : new ByteOffsets(offset, before.stderr());
  }

  private @Nullable ProcessEvent next(long nanos) {
    lastReader = Thread.currentThread();
    if (closed) {
      return null;
    }
    if (ready.isEmpty()) {
      ProcessEvent event = take(nanos);
      if (event == null) {
        return null;
      }
      if (event instanceof OutputGap gap) {
        log.warn("{}: output is missing on {}: {}", ref, gap.channel(), gap.reason());
      }
      texts.deliver(event, ready::add);
    }
    return ready.poll();
  }

  private @Nullable ProcessEvent take(long nanos) {
    try {
      return buffer.take(nanos);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException(
          Failure.of("read events of", ref.processId(), "its thread was interrupted"), e);
    }
  }

  /** True if reading on would block. */
  boolean hasNothing() {
    return ready.isEmpty() && buffer.hasNothing();
  }

  boolean wasLastReadBy(Thread thread) {
    return lastReader == thread;
  }

  @Override
  public Iterator<ProcessEvent> iterator() {
    if (!iterated.compareAndSet(false, true)) {
      throw new IllegalStateException("events can be iterated once");
    }
    return new Remaining();
  }

  @Override
  public void close() {
    closed = true;
    buffer.discard();
  }

  private final class Remaining implements Iterator<ProcessEvent> {
    private @Nullable ProcessEvent upcoming;

    @Override
    public boolean hasNext() {
      if (upcoming == null) {
        upcoming = ClaimedEvents.this.next(Long.MAX_VALUE);
      }
      return upcoming != null;
    }

    @Override
    public ProcessEvent next() {
      ProcessEvent event = hasNext() ? upcoming : null;
      if (event == null) {
        throw new NoSuchElementException();
      }
      upcoming = null;
      passed(event);
      return event;
    }
  }
}
