package dev.sandpiper.engine;

import dev.sandpiper.CancelledException;
import dev.sandpiper.EventStream;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.Failure;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Ended;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.SandboxException;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A process whose stream is read by a pump, on a thread of the client's executor. */
final class StartedProcess implements Process {

  /** What {@link #close} does to a process that still runs. */
  enum OnClose {
    KILL,
    LET_GO
  }

  private final RunningCommand command;
  private final OnClose onClose;
  private final EventBuffer buffer = new EventBuffer();
  private final CompletableFuture<ExitStatus> exit = new CompletableFuture<>();
  private final CountDownLatch streamOver = new CountDownLatch(1);
  private final TreeStop stop;
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile boolean ended;
  private volatile @Nullable ClaimedEvents claimed;
  private volatile @Nullable CommandDeadline deadline;

  StartedProcess(RunningCommand command, OnClose onClose) {
    this.command = command;
    this.onClose = onClose;
    this.stop = new TreeStop(command, streamOver, () -> ended);
  }

  /** Begins to read; ends when the stream does. */
  void begin(Threads threads) {
    threads.executor().execute(this::pump);
  }

  /** Undoes what opened it, because nobody can read it. */
  void giveUp(RuntimeException cause) {
    fail(cause);
    close();
  }

  /** Lets the process live until {@code limit} at most. */
  void limit(CommandDeadline limit) {
    deadline = limit;
  }

  /** Stops it because its time is over. */
  void stopAtDeadline() {
    stop.run();
  }

  private void pump() {
    try {
      ProcessEvent event;
      do {
        event = command.next();
        noteEnd(event);
        buffer.put(event);
      } while (!(event instanceof Ended));
      finish(((Ended) event).status());
    } catch (SandboxException e) {
      fail(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      fail(new CancelledException(failure("its reader was interrupted"), e));
    } catch (RuntimeException e) {
      fail(e);
      throw e;
    } catch (Error e) {
      fail(new IllegalStateException("the reader of " + ref() + " died", e));
      throw e;
    } finally {
      command.close();
    }
  }

  /** Before anybody is told: what has ended is not stopped, and is not late. */
  private void noteEnd(ProcessEvent event) {
    if (event instanceof Ended) {
      ended = true;
      cancelDeadline();
    }
  }

  private void finish(ExitStatus status) {
    streamOver.countDown();
    CommandDeadline limit = deadline;
    if (limit != null && limit.hasPassed()) {
      exit.completeExceptionally(limit.exceeded(null, null));
      return;
    }
    exit.complete(status);
  }

  private void fail(RuntimeException cause) {
    CommandDeadline limit = deadline;
    RuntimeException told =
        limit != null && limit.hasPassed() ? limit.exceeded(null, cause) : cause;
    buffer.fail(told);
    streamOver.countDown();
    exit.completeExceptionally(told);
  }

  private void cancelDeadline() {
    CommandDeadline limit = deadline;
    if (limit != null) {
      limit.cancel();
    }
  }

  @Override
  public ProcessRef ref() {
    return command.ref();
  }

  @Override
  public EventStream<ProcessEvent> events() {
    return claim();
  }

  private ClaimedEvents claim() {
    if (!buffer.claim()) {
      throw new IllegalStateException(
          "the output of process " + ref().processId() + " has, or had, a consumer already");
    }
    ClaimedEvents events = new ClaimedEvents(buffer, ref());
    claimed = events;
    return events;
  }

  @Override
  public ExitStatus transferTo(OutputStream out, OutputStream err) throws IOException {
    try (ClaimedEvents events = claim()) {
      ProcessEvent event;
      while ((event = events.next()) != null) {
        if (event instanceof Output output) {
          output.writeTo(output.channel() == Channel.STDERR ? err : out);
        } else if (event instanceof Ended end) {
          flush(out, err);
          rejectIfLate();
          return end.status();
        }
        if (events.hasNothing()) {
          flush(out, err);
        }
      }
      throw new CancelledException(failure("it was closed before its end"));
    }
  }

  private void rejectIfLate() {
    CommandDeadline limit = deadline;
    if (limit != null && limit.hasPassed()) {
      throw limit.exceeded(null, null);
    }
  }

  private static void flush(OutputStream out, OutputStream err) throws IOException {
    out.flush();
    err.flush();
  }

  @Override
  public ExitStatus waitFor() throws InterruptedException {
    return waitForNanos(Long.MAX_VALUE)
        .orElseThrow(() -> new IllegalStateException("292 years have passed"));
  }

  @Override
  public Optional<ExitStatus> waitFor(Duration limit) throws InterruptedException {
    return waitForNanos(Nanos.of(limit));
  }

  private Optional<ExitStatus> waitForNanos(long nanos) throws InterruptedException {
    ClaimedEvents events = claimed;
    if (events != null && events.wasLastReadBy(Thread.currentThread())) {
      events.close();
    }
    try {
      return Optional.of(exit.get(nanos, TimeUnit.NANOSECONDS));
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (ExecutionException e) {
      throw SharedFailure.rethrown(e);
    }
  }

  @Override
  public CompletableFuture<ExitStatus> onExit() {
    return exit.copy();
  }

  @Override
  public ProcessRef detach() {
    if (closed.compareAndSet(false, true)) {
      abandon();
      command.cancel();
    }
    return ref();
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    abandon();
    if (onClose == OnClose.KILL) {
      cancelDeadline();
      stop.run();
    }
    command.cancel();
  }

  /** Delivers nothing more; whoever reads is told why. */
  private void abandon() {
    buffer.abandon(new CancelledException(failure("it was closed")));
  }

  private Failure failure(String observed) {
    return Failure.of("follow", command.name(), observed);
  }
}
