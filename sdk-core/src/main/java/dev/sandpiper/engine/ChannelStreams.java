package dev.sandpiper.engine;

import dev.sandpiper.CancelledException;
import dev.sandpiper.EventStream;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Ended;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessEvent.OutputGap;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxIOException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The output of one process as two input streams. Whoever reads, and finds nothing, takes the next
 * event for both; only one thread does so at a time. What comes for a stream that has had no reader
 * yet is kept within bounds; one that has, makes the other wait, as pipes do.
 */
final class ChannelStreams {
  private final Supplier<EventStream<ProcessEvent>> claim;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // All guarded by lock.
  private final KeptOutput stdout = new KeptOutput();
  private final KeptOutput stderr = new KeptOutput();
  private @Nullable EventStream<ProcessEvent> events;
  private @Nullable SandboxException failure;
  private @Nullable Thread lastReader;
  private boolean taking;
  private boolean ended;

  /**
   * @param claim called once, when something is read for the first time
   */
  ChannelStreams(Supplier<EventStream<ProcessEvent>> claim) {
    this.claim = claim;
  }

  InputStream of(Channel channel) {
    return new ChannelStream(kept(channel));
  }

  private int read(KeptOutput kept, byte[] target, int offset, int length) throws IOException {
    enter();
    try {
      lastReader = Thread.currentThread();
      kept.setReader(true);
      while (kept.isEmpty() && !isOver() && !kept.isClosed()) {
        takeOrWait(Long.MAX_VALUE);
      }
      if (!kept.isEmpty()) {
        int count = kept.take(target, offset, length);
        changed.signalAll();
        return count;
      }
      if (failure != null && !kept.isClosed()) {
        throw new SandboxIOException(failure);
      }
      return -1;
    } catch (InterruptedException e) {
      throw interrupted();
    } finally {
      lock.unlock();
    }
  }

  private void enter() throws InterruptedIOException {
    try {
      lock.lockInterruptibly();
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
   * or for this long, and keeps what it reads within bounds.
   */
  void readOnIfReader(long nanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      if (lastReader != Thread.currentThread()) {
        return;
      }
      stdout.setReader(false);
      stderr.setReader(false);
      long began = System.nanoTime();
      long left = nanos;
      while (!isOver() && left > 0) {
        takeOrWait(left);
        left = nanos - (System.nanoTime() - began);
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean isOver() {
    return ended || failure != null;
  }

  /** Takes one event, unless another thread is at it, or a reader has to catch up first. */
  @SuppressWarnings("WaitNotInLoop") // its callers loop
  private void takeOrWait(long nanos) throws InterruptedException {
    if (taking || stdout.mustBeRead() || stderr.mustBeRead()) {
      changed.awaitNanos(nanos);
      return;
    }
    EventStream<ProcessEvent> source = claimed();
    taking = true;
    lock.unlock();
    Optional<ProcessEvent> event = Optional.empty();
    SandboxException problem = null;
    try {
      event = source.next(Duration.ofNanos(nanos));
    } catch (SandboxException e) {
      problem = e;
    } finally {
      lock.lock();
      taking = false;
      changed.signalAll();
    }
    if (problem != null) {
      fail(problem);
    }
    event.ifPresent(this::keep);
  }

  private EventStream<ProcessEvent> claimed() {
    EventStream<ProcessEvent> known = events;
    if (known == null) {
      known = claim.get();
      events = known;
    }
    return known;
  }

  /** An interrupt concerns one reader, everything else all. */
  private void fail(SandboxException problem) throws InterruptedException {
    if (problem instanceof CancelledException && Thread.interrupted()) {
      throw new InterruptedException();
    }
    failure = problem;
  }

  private void keep(ProcessEvent event) {
    if (event instanceof Output output) {
      kept(output.channel()).add(output.toByteArray());
    } else if (event instanceof OutputGap gap) {
      kept(gap.channel()).miss(gap.reason());
    } else if (event instanceof Ended) {
      ended = true;
    }
  }

  private KeptOutput kept(Channel channel) {
    return channel == Channel.STDERR ? stderr : stdout;
  }

  private void close(KeptOutput kept) {
    lock.lock();
    try {
      kept.close();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private int available(KeptOutput kept) {
    lock.lock();
    try {
      return kept.size();
    } finally {
      lock.unlock();
    }
  }

  private final class ChannelStream extends InputStream {
    private final KeptOutput kept;

    ChannelStream(KeptOutput kept) {
      this.kept = kept;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      Objects.checkFromIndexSize(offset, length, target.length);
      return length == 0 ? 0 : ChannelStreams.this.read(kept, target, offset, length);
    }

    @Override
    public int available() {
      return ChannelStreams.this.available(kept);
    }

    /** Takes no more of this output; the process and its other output go on. */
    @Override
    public void close() {
      ChannelStreams.this.close(kept);
    }
  }
}
