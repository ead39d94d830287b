package dev.sandpiper.engine;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.CancelledException;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessEvent.OutputGap;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxIOException;
import dev.sandpiper.http.Monitor;
import dev.sandpiper.http.Time;
import dev.sandpiper.wire.BlockInputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The output of one process as two input streams. A reader that finds its stream empty reads the
 * next event on behalf of both; only one thread does so at a time. Output for a stream that was
 * never read is buffered up to a bound and then dropped. A stream that has been read is never
 * dropped: when its buffer is full, reading the other one blocks, as with two pipes.
 */
final class ChannelStreams {
  private final Supplier<ClaimedEvents> claim;
  private final Time time;
  private final Monitor monitor;

  // All guarded by the monitor.
  private final ChannelStream stdout;
  private final ChannelStream stderr;
  private @Nullable ClaimedEvents events;
  private @Nullable SandboxException failure;
  private @Nullable Thread lastReader;
  private boolean taking; // true while a thread reads the next event, outside the monitor
  private boolean ended;

  /**
   * @param claim called once, by the first read
   */
  ChannelStreams(Supplier<ClaimedEvents> claim, Time time) {
    this.claim = claim;
    this.time = time;
    this.monitor = new Monitor(time);
    this.stdout = new ChannelStream(time);
    this.stderr = new ChannelStream(time);
  }

  ChannelStream of(Channel channel) {
    return channel == Channel.STDERR ? stderr : stdout;
  }

  private int read(ChannelStream stream, byte[] target, int offset, int length) throws IOException {
    enter();
    try {
      lastReader = Thread.currentThread();
      stream.kept.claim();
      while (!stream.hasMore() && !isOver() && !stream.isClosed()) {
        takeOrWait(time.nanos() + Long.MAX_VALUE);
      }
      if (stream.hasMore()) {
        return stream.take(target, offset, length);
      }
      if (failure != null && !stream.isClosed()) {
        throw new SandboxIOException(failure);
      }
      return -1;
    } catch (InterruptedException e) {
      throw interrupted();
    } finally {
      monitor.leave();
    }
  }

  private void enter() throws InterruptedIOException {
    try {
      monitor.enterInterruptibly();
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  private static InterruptedIOException interrupted() {
    Thread.currentThread().interrupt();
    return new InterruptedIOException("the reading thread was interrupted");
  }

  /**
   * If this thread was the last reader, there may be no other: reads until the end or until that
   * time, and buffers up to the bound, so that waiting for the exit does not block on output.
   */
  void readOnIfReader(long until) throws InterruptedException {
    monitor.enterInterruptibly();
    try {
      if (lastReader != Thread.currentThread()) {
        return;
      }
      stdout.kept.unclaim();
      stderr.kept.unclaim();
      while (!isOver() && until - time.nanos() > 0) {
        takeOrWait(until);
      }
    } finally {
      monitor.leave();
    }
  }

  private boolean isOver() {
    return ended || failure != null;
  }

  /** Reads one event, or waits if another thread is reading one or a buffer is full. */
  private void takeOrWait(long until) throws InterruptedException {
    if (taking || stdout.kept.isFull() || stderr.kept.isFull()) {
      monitor.awaitChange(until);
      return;
    }
    ClaimedEvents source = claimed();
    taking = true;
    monitor.leave();
    Runnable outcome = () -> {};
    try {
      ProcessEvent event = source.next(Duration.ofNanos(until - time.nanos()));
      outcome = () -> keep(event);
    } catch (TimeoutException e) {
      // The callers' loops check the state and the time again.
    } catch (CancelledException e) {
      if (Thread.interrupted()) { // affects only this reader: the streams stay usable
        throw new InterruptedException();
      }
      outcome = () -> failure = e;
    } catch (SandboxException e) {
      outcome = () -> failure = e;
    } finally {
      monitor.enter();
      taking = false;
      outcome.run();
    }
  }

  private ClaimedEvents claimed() {
    ClaimedEvents known = events;
    if (known == null) {
      known = claim.get();
      events = known;
    }
    return known;
  }

  /** Buffers an event. Null, the end of the events, also comes once both streams are closed. */
  private void keep(@Nullable ProcessEvent event) {
    if (event instanceof Output output) {
      of(output.channel()).kept.add(output);
    } else if (event instanceof OutputGap gap) {
      of(gap.channel()).kept.add(gap);
    } else {
      ended = true;
    }
  }

  /** A thread that reads the closed stream may be blocked waiting for the next event. */
  private void freeReader(ClaimedEvents source) {
    if (stdout.isClosed() && stderr.isClosed()) {
      source.close();
    } else {
      source.wake();
    }
  }

  /** One channel as an input stream, with its buffered output. */
  final class ChannelStream extends BlockInputStream {
    private final EventBuffer kept;
    private ByteBuffer piece = ByteBuffer.allocate(0); // guarded by the monitor; partly read

    private ChannelStream(Time time) {
      kept = new EventBuffer(ByteOffsets.BEGINNING, Duration.ZERO, time);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      Objects.checkFromIndexSize(offset, length, target.length);
      return length == 0 ? 0 : ChannelStreams.this.read(this, target, offset, length);
    }

    private boolean hasMore() {
      return piece.hasRemaining() || !kept.hasNothing();
    }

    private boolean isClosed() {
      return kept.isDiscarded();
    }

    /**
     * Reads from the current piece, or else from the next one. A gap is thrown once, as an {@code
     * IOException}.
     */
    private int take(byte[] target, int offset, int length)
        throws IOException, InterruptedException {
      if (!piece.hasRemaining()) {
        nextPiece();
      }
      int count = Math.min(length, piece.remaining());
      piece.get(target, offset, count);
      return count;
    }

    private void nextPiece() throws IOException, InterruptedException {
      try {
        ProcessEvent event = kept.take(0);
        if (event instanceof OutputGap gap) {
          throw new IOException("output is missing: " + gap.reason());
        }
        piece = ((Output) requireNonNull(event)).asByteBuffer();
      } catch (TimeoutException e) {
        throw new IllegalStateException("there was a piece a moment ago", e);
      }
    }

    /** The remaining bytes of the current piece. */
    @Override
    public int available() {
      return monitor.decide(() -> piece.remaining());
    }

    /** Discards this output from now on; the process and its other output are not affected. */
    @Override
    public void close() {
      monitor.change(
          () -> {
            kept.discard();
            piece = ByteBuffer.allocate(0);
            if (events != null) {
              freeReader(events);
            }
          });
    }
  }
}
