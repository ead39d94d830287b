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
 * The output of one process as two input streams. Whoever reads, and finds nothing, takes the next
 * event for both; only one thread does so at a time. What comes for a stream that has had no reader
 * yet is kept within bounds; one that has, makes the other wait, as pipes do.
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
  private boolean taking;
  private boolean ended;

  /**
   * @param claim called once, when something is read for the first time
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
   * If this thread was the last to read, nobody may be left who does: goes on for it, until the end
   * or that time, and keeps what it reads within bounds.
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

  /** Takes one event, unless another thread is at it, or a reader has to catch up first. */
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
      // Its callers look whether anything has changed, and come again.
    } catch (CancelledException e) {
      if (Thread.interrupted()) { // which concerns this reader alone
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

  /** Null where both outputs were closed, so that there is nothing to keep any more. */
  private void keep(@Nullable ProcessEvent event) {
    if (event instanceof Output output) {
      of(output.channel()).kept.add(output);
    } else if (event instanceof OutputGap gap) {
      of(gap.channel()).kept.add(gap);
    } else {
      ended = true;
    }
  }

  /** Who reads the one that was closed may be waiting for the next event. */
  private void freeReader(ClaimedEvents source) {
    if (stdout.isClosed() && stderr.isClosed()) {
      source.close();
    } else {
      source.wake();
    }
  }

  /** One output, and what has come of it. */
  final class ChannelStream extends BlockInputStream {
    private final EventBuffer kept;
    private ByteBuffer piece = ByteBuffer.allocate(0); // guarded by the monitor; what is being read

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

    /** Takes what there is of one piece; a gap is thrown, once. */
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

    /** How many bytes of the piece that is being read are left. */
    @Override
    public int available() {
      return monitor.decide(() -> piece.remaining());
    }

    /** Takes no more of this output; the process and its other output go on. */
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
