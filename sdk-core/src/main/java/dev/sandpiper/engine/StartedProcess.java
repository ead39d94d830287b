package dev.sandpiper.engine;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Command;
import dev.sandpiper.Content;
import dev.sandpiper.EventStream;
import dev.sandpiper.ExitStatus;
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
import dev.sandpiper.http.Time;
import dev.sandpiper.http.Unclosed;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A process as its caller has it. What blocks here keeps it from becoming garbage meanwhile, and so
 * do its streams and a future that waits for its end.
 */
class StartedProcess implements Process {

  /** What {@link #close} does to a process that still runs. */
  enum OnClose {
    KILL,
    LET_GO
  }

  /** See {@link EventBuffer}. */
  static final Duration GRACE = Duration.ofSeconds(3);

  private final FollowedProcess followed;
  private final OnClose onClose;
  private final @Nullable StdinStream stdin;
  private final AtomicReference<@Nullable JavaProcess> javaProcess = new AtomicReference<>();
  private volatile @Nullable ClaimedEvents claimed;

  StartedProcess(
      RunningCommand command,
      OnClose onClose,
      boolean writable,
      Optional<Content> fed,
      BackgroundThreads threads,
      Duration grace) {
    this.followed = new FollowedProcess(command, fed, threads, grace);
    this.onClose = onClose;
    this.stdin = writable ? new StdinStream(followed.input(), this) : null;
  }

  /** One of our own, with the input that {@code asked} says. */
  static StartedProcess started(
      RunningCommand running, Command asked, BackgroundThreads threads, Duration grace) {
    return new StartedProcess(
        running, OnClose.KILL, asked.opensStdin(), asked.stdin(), threads, grace);
  }

  /** One of somebody else's; whether it has an input shows when it is written to. */
  static StartedProcess attached(
      RunningCommand running, BackgroundThreads threads, Duration grace) {
    return new StartedProcess(running, OnClose.LET_GO, true, Optional.empty(), threads, grace);
  }

  /** Begins to read and to feed; the process lives until the end of {@code scope} at most. */
  void begin(Command asked, CallScope scope) {
    watchForGarbage();
    followed.begin(asked, scope);
  }

  /** Begins to read and to feed; ends when the stream does. */
  void begin() {
    watchForGarbage();
    followed.begin();
  }

  private void watchForGarbage() {
    Unclosed.watch(
        this,
        "process " + ref(),
        "its connection is released, and it runs on",
        followed::releaseForgotten);
  }

  /** Undoes what opened it, because nobody can read it. */
  void giveUp(Throwable cause) {
    followed.fail(cause);
    close();
  }

  private RunningCommand command() {
    return followed.command();
  }

  /** The time of the client that it belongs to. */
  final Time time() {
    return followed.threads().time();
  }

  @Override
  public ProcessRef ref() {
    return command().ref();
  }

  @Override
  public EventStream<ProcessEvent> events() {
    return claim();
  }

  ClaimedEvents claim() {
    if (!followed.buffer().claim()) {
      throw new IllegalStateException(
          "the output of process " + ref().processId() + " has, or had, a consumer already");
    }
    ClaimedEvents events =
        new ClaimedEvents(followed.buffer(), this, command().beginsAt().orElse(null));
    claimed = events;
    command().outputWanted(true);
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
      throw new CancelledException(followed.failure("it was closed before its end"));
    }
  }

  private void rejectIfStopped() {
    SandboxException reason = followed.whyStopped(null);
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
    long until = time().nanos() + nanos;
    ClaimedEvents events = claimed;
    if (events != null && events.wasLastReadBy(Thread.currentThread())) {
      events.close();
    }
    command().outputWanted(false);
    if (claimed != null) {
      command().outputWanted(true); // also if that came between
    }
    return awaitExit(until);
  }

  /** How it ended; empty if that is not known in time. */
  Optional<ExitStatus> awaitExit(long until) throws InterruptedException {
    try {
      return followed.awaitExit(until);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  @Override
  public CompletableFuture<ExitStatus> onExit() {
    CompletableFuture<ExitStatus> awaited = followed.awaitedExit();
    return awaited.isDone()
        ? awaited.copy()
        : awaited.whenCompleteAsync(
            (status, failure) -> wasAwaited(), followed.threads().promptly());
  }

  /** What refers to it keeps this from becoming garbage. */
  private void wasAwaited() {}

  @Override
  public boolean signal(Signal signal) {
    if (signal.equals(Signal.UNKNOWN)) {
      throw new IllegalArgumentException("an unknown signal cannot be sent");
    }
    return !followed.hasEnded() && command().signal(signal, followed.threads().scope());
  }

  @Override
  public boolean kill() {
    try {
      return followed.kill();
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  @Override
  public boolean isAlive() {
    boolean ended = followed.hasEnded();
    CompletableFuture<ExitStatus> exit = followed.exit();
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
    return followed.isOver();
  }

  @Override
  public ProcessRef detach() {
    command().requireDetachable();
    followed.letGo();
    return ref();
  }

  @Override
  public void close() {
    if (onClose == OnClose.KILL) {
      followed.killAndClose();
    } else {
      followed.letGo();
    }
  }
}
