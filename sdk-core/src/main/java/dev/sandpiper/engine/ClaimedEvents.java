package dev.sandpiper.engine;

import dev.sandpiper.Failure;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Ended;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessEvent.OutputGap;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The event stream of a started process, for its one reader: takes the events from the buffer and
 * decodes their text.
 */
final class ClaimedEvents extends AbstractEventStream<ProcessEvent> {
  private static final Logger log = LoggerFactory.getLogger(ClaimedEvents.class);

  private final EventBuffer buffer;
  private final Process process; // referenced so that it is not collected while its output is read
  private final Runnable onEnd;
  private final TextViews texts = new TextViews(); // owned by the reading thread
  private final Deque<ProcessEvent> ready = new ArrayDeque<>(); // owned by the reading thread
  // Owned by the reading thread; null if the platform keeps no output.
  private @Nullable ByteOffsets position;
  private volatile boolean closed;
  private volatile @Nullable Thread lastReader;

  /**
   * @param onEnd runs once the caller has the last event
   */
  ClaimedEvents(EventBuffer buffer, Process process, @Nullable ByteOffsets begin, Runnable onEnd) {
    this.buffer = buffer;
    this.process = process;
    this.position = begin;
    this.onEnd = onEnd;
  }

  @Override
  public String position() {
    if (position == null) {
      throw new UnsupportedOperationException(
          "the output of "
              + process.ref()
              + " is not kept, so there is no position to resume from (Capability.REPLAY)");
    }
    return position.toString();
  }

  @Override
  protected void passed(ProcessEvent event) {
    if (event instanceof Ended) {
      onEnd.run();
    }
    ByteOffsets before = position;
    if (before != null && event instanceof Output output) {
      position = moved(before, output.channel(), offset(before, output.channel()) + output.size());
    } else if (before != null && event instanceof OutputGap gap && gap.to().isPresent()) {
      position = moved(before, gap.channel(), gap.to().getAsLong());
    }
  }

  private static long offset(ByteOffsets offsets, Channel channel) {
    return channel == Channel.STDERR ? offsets.stderr() : offsets.stdout();
  }

  private static ByteOffsets moved(ByteOffsets before, Channel channel, long offset) {
    return channel == Channel.STDERR
        ? new ByteOffsets(before.stdout(), offset)
        : new ByteOffsets(offset, before.stderr());
  }

  @Override
  protected @Nullable ProcessEvent await(long nanos) throws TimeoutException, InterruptedException {
    lastReader = Thread.currentThread();
    if (closed) {
      return null;
    }
    if (ready.isEmpty()) {
      ProcessEvent event = buffer.take(nanos);
      if (event == null) {
        return null;
      }
      if (event instanceof OutputGap gap) {
        log.warn("{}: output is missing on {}: {}", process.ref(), gap.channel(), gap.reason());
      }
      texts.deliver(event, ready::add);
    }
    return ready.poll();
  }

  @Override
  protected Failure failure(String observed) {
    return Failure.of("read events of", process.ref().processId(), observed);
  }

  /** True if the next read would block. */
  boolean hasNothing() {
    return ready.isEmpty() && buffer.hasNothing();
  }

  /** Makes the blocked read, or else the next one, return as if it had timed out. */
  void wake() {
    buffer.wake();
  }

  boolean wasLastReadBy(Thread thread) {
    return lastReader == thread;
  }

  @Override
  public void close() {
    closed = true;
    buffer.discard();
  }
}
