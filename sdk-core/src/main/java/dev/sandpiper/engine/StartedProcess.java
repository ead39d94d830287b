package dev.sandpiper.engine;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Command;
import dev.sandpiper.Content;
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
import dev.sandpiper.Signal;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.Durations;
import dev.sandpiper.http.SharedFailure;
import dev.sandpiper.http.Uninterrupted;
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
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A process whose stream is read by a pump, on a thread of the client's executor. */
class StartedProcess implements Process {

  /** What {@link #close} does to a process that still runs. */
  enum OnClose {
    KILL,
    LET_GO
  }

  /** See {@link EventBuffer}. */
  static final Duration GRACE = Duration.ofSeconds(3);

  private final RunningCommand command;
  private final OnClose onClose;
  private final Threads threads;
  private final EventBuffer buffer;
  private final CompletableFuture<ExitStatus> exit = new CompletableFuture<>();
  private final CountDownLatch streamOver = new CountDownLatch(1);
  private final TreeStop stop;
  private final ProcessInput input;
  private final @Nullable StdinStream stdin;
  private final StdinFeed feed;
  private final AtomicBoolean pumped = new AtomicBoolean(); // by a thread, which goes on to the end
  private final AtomicBoolean closed = new AtomicBoolean();
  private final AtomicReference<@Nullable JavaProcess> javaProcess = new AtomicReference<>();
  private volatile boolean ended;
  private volatile boolean exited;
  private volatile @Nullable ClaimedEvents claimed;
  private volatile @Nullable CommandDeadline deadline;

  StartedProcess(
      RunningCommand command,
      OnClose onClose,
      boolean writable,
      Optional<Content> fed,
      Threads threads,
      Duration grace) {
    this.command = command;
    this.onClose = onClose;
    this.threads = threads;
    this.buffer = new EventBuffer(command.beginsAt().orElse(ByteOffsets.BEGINNING), grace);
    this.stop = new TreeStop(command, streamOver, () -> exited);
    this.input = new ProcessInput(command);
    this.stdin = writable ? new StdinStream(input) : null;
    this.feed = new StdinFeed(fed, input, "start", command.name());
  }

  /** One of our own, with the input that {@code asked} says. */
  static StartedProcess started(
      RunningCommand running, Command asked, Threads threads, Duration grace) {
    return new StartedProcess(
        running, OnClose.KILL, asked.opensStdin(), asked.stdin(), threads, grace);
  }

  /** One of somebody else's; whether it has an input shows when it is written to. */
  static StartedProcess attached(RunningCommand running, Threads threads, Duration grace) {
    return new StartedProcess(running, OnClose.LET_GO, true, Optional.empty(), threads, grace);
  }

  /** Begins to read and to feed; the process lives until the end of {@code scope} at most. */
  void begin(Command asked, CallScope scope) {
    deadline = new CommandDeadline(asked, scope, threads, this::stopTree, "start");
    begin();
  }

  /** Begins to read and to feed; ends when the stream does. */
  void begin() {
    threads.executor().execute(this::pump);
    feed.begin(threads, this::stopTree);
  }

  /** Undoes what opened it, because nobody can read it. */
  void giveUp(Throwable cause) {
    fail(cause);
    close();
  }

  /** Stops it because its time is over, or its input could not be read. */
  private void stopTree() {
    buffer.endGrace();
    requirePump();
    stop.run();
  }

  /** The caller's executor may never come to it, and somebody has to see the end. */
  private void requirePump() {
    if (!pumped.get()) {
      threads.promptly().execute(this::pump);
    }
  }

  private void pump() {
    if (!pumped.compareAndSet(false, true)) {
      return;
    }
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
    } catch (RuntimeException | Error e) {
      fail(e);
      throw e;
    } finally {
      input.release();
      command.close();
      feed.await(threads);
    }
  }

  /** Before anybody is told: what has ended is not stopped, and is not late. */
  private void noteEnd(ProcessEvent event) {
    if (event instanceof Ended end) {
      ended = true;
      exited = end.status() instanceof ExitStatus.Exited;
      cancelDeadline();
      input.exited();
      feed.stop();
    }
  }

  private void finish(ExitStatus status) {
    streamOver.countDown();
    SandboxException reason = whyStopped(null);
    if (reason == null) {
      exit.complete(status);
    } else {
      exit.completeExceptionally(reason);
    }
  }

  /** Why we stopped it: its input could not be read, or its time was over. Null if we did not. */
  private @Nullable SandboxException whyStopped(@Nullable RuntimeException cause) {
    SandboxException unfed = feed.failure();
    if (unfed != null) {
      return unfed;
    }
    CommandDeadline limit = deadline;
    return limit != null && limit.hasPassed() ? limit.exceeded(null, cause) : null;
  }

  private void fail(Throwable cause) {
    RuntimeException told =
        cause instanceof RuntimeException known
            ? told(known)
            : new IllegalStateException("the reader of " + ref() + " died", cause);
    endInput(
        told instanceof SandboxException known
            ? known
            : new CancelledException(input.problem("its process cannot be followed"), told));
    buffer.fail(told);
    streamOver.countDown();
    exit.completeExceptionally(told);
  }

  /** What stopped the process is the reason, and not what its end looked like from here. */
  private RuntimeException told(RuntimeException cause) {
    SandboxException reason = whyStopped(cause);
    return reason == null ? cause : reason;
  }

  /** No more input from now on; what is being sent is freed by the pump, or by closing. */
  private void endInput(SandboxException reason) {
    input.over(reason);
    feed.stop();
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

  ClaimedEvents claim() {
    if (!buffer.claim()) {
      throw new IllegalStateException(
          "the output of process " + ref().processId() + " has, or had, a consumer already");
    }
    ClaimedEvents events = new ClaimedEvents(buffer, ref(), command.beginsAt().orElse(null));
    claimed = events;
    command.outputWanted(true);
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
          rejectIfStopped();
          return end.status();
        }
        if (events.hasNothing()) {
          flush(out, err);
        }
      }
      throw new CancelledException(failure("it was closed before its end"));
    }
  }

  private void rejectIfStopped() {
    SandboxException reason = whyStopped(null);
    if (reason != null) {
      throw reason;
    }
  }

  private static void flush(OutputStream out, OutputStream err) throws IOException {
    out.flush();
    err.flush();
  }

  @Override
  public OutputStream stdin() {
    if (stdin == null) {
      throw new IllegalStateException(
          "the stdin of process "
              + ref().processId()
              + " is not open; Command.openStdin() opens it");
    }
    return stdin;
  }

  @Override
  public ExitStatus waitFor() throws InterruptedException {
    return waitForNanos(Long.MAX_VALUE)
        .orElseThrow(() -> new IllegalStateException("292 years have passed"));
  }

  @Override
  public Optional<ExitStatus> waitFor(Duration limit) throws InterruptedException {
    return waitForNanos(Durations.nanos(limit));
  }

  private Optional<ExitStatus> waitForNanos(long nanos) throws InterruptedException {
    ClaimedEvents events = claimed;
    if (events != null && events.wasLastReadBy(Thread.currentThread())) {
      events.close();
    }
    command.outputWanted(false);
    if (claimed != null) {
      command.outputWanted(true); // also if that came between
    }
    return awaitExit(nanos);
  }

  /** How it ended; empty if that is not known in time. */
  Optional<ExitStatus> awaitExit(long nanos) throws InterruptedException {
    try {
      return Optional.of(awaitedExit().get(nanos, TimeUnit.NANOSECONDS));
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (ExecutionException e) {
      throw SharedFailure.rethrown(e);
    }
  }

  @Override
  public CompletableFuture<ExitStatus> onExit() {
    CompletableFuture<ExitStatus> awaited = awaitedExit();
    return awaited.isDone()
        ? awaited.copy()
        : awaited.whenCompleteAsync((status, failure) -> {}, threads.promptly());
  }

  /** How it ended, or what failed; never a copy. Nobody's claim is waited for any more. */
  private CompletableFuture<ExitStatus> awaitedExit() {
    buffer.endGrace();
    return exit;
  }

  @Override
  public boolean signal(Signal signal) {
    if (signal.equals(Signal.UNKNOWN)) {
      throw new IllegalArgumentException("an unknown signal cannot be sent");
    }
    return !ended && command.signal(signal, CallScope.open());
  }

  @Override
  public boolean kill() {
    if (ended) {
      return false;
    }
    buffer.endGrace();
    requirePump();
    stop.kill();
    return true;
  }

  @Override
  public boolean isAlive() {
    if (!ended && exit.isCompletedExceptionally()) {
      throw SharedFailure.rethrown(new ExecutionException(exit.handle((s, e) -> e).join()));
    }
    return !ended;
  }

  @Override
  public java.lang.Process asJavaProcess() {
    JavaProcess adapted = new JavaProcess(this);
    JavaProcess before = javaProcess.compareAndExchange(null, adapted);
    return before == null ? adapted : before;
  }

  /** True if it was started with an input that callers write to, or may have one. */
  boolean isWritable() {
    return stdin != null;
  }

  /** True once it is known how it ended, or that nobody will know. */
  boolean isOver() {
    return exit.isDone();
  }

  @Override
  public ProcessRef detach() {
    command.requireDetachable();
    if (closed.compareAndSet(false, true)) {
      abandon();
      letGo();
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
      freeWaiters();
    } else {
      letGo();
    }
  }

  private void letGo() {
    Uninterrupted.run(() -> command.letGo(TreeStop.scope()));
    freeWaiters();
  }

  /** Nobody learns the end any more, whatever the pump still waits for. */
  private void freeWaiters() {
    if (!ended) {
      fail(new CancelledException(failure("it was closed")));
    }
  }

  /** Delivers nothing more; whoever reads is told why. */
  private void abandon() {
    buffer.abandon(new CancelledException(failure("it was closed")));
    endInput(new CancelledException(input.problem("its process was closed or detached")));
    command.giveUpStdin();
    requirePump();
  }

  private Failure failure(String observed) {
    return Failure.of("follow", command.name(), observed);
  }
}
