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
 * The caller's handle of a process; {@link FollowedProcess} does the work behind it. A handle that
 * is collected without being closed releases its connection, so blocked calls, its streams and
 * {@link #onExit} futures keep it reachable.
 */
class StartedProcess implements Process {

  /** What {@link #close} does to a process that still runs. */
  enum OnClose {
    /** It was started here: stop it with its tree. */
    KILL,
    /** It was attached to: close the connection and leave it running. */
    LET_GO
  }

  /** How long the pump waits for a claim; see {@link EventBuffer}. */
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

  /** A process started by this client, with the stdin that {@code asked} specifies. */
  static StartedProcess started(
      RunningCommand running, Command asked, BackgroundThreads threads, Duration grace) {
    return new StartedProcess(
        running, OnClose.KILL, asked.opensStdin(), asked.stdin(), threads, grace);
  }

  /**
   * A process that was attached to. Whether its stdin is open is unknown until it is written to.
   */
  static StartedProcess attached(
      RunningCommand running, BackgroundThreads threads, Duration grace) {
    return new StartedProcess(running, OnClose.LET_GO, true, Optional.empty(), threads, grace);
  }

  /** Begins to read and to feed; the process is stopped at the deadline of {@code scope}. */
  void begin(Command asked, CallScope scope) {
    watchForGarbage();
    followed.begin(asked, scope);
  }

  /** Begins to read and to feed, without a deadline. */
  void begin() {
    watchForGarbage();
    followed.begin();
  }

  private void watchForGarbage() {
    Unclosed.watch(
        this,
        "process " + ref(),
        "its connection is closed, and it keeps running",
        followed::releaseForgotten);
  }

  /** Closes the process because it cannot be read and is not returned to the caller. */
  void giveUp(Throwable cause) {
    followed.fail(cause);
    close();
  }

  private RunningCommand command() {
    return followed.command();
  }

  /** The client's clock. */
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
          "the output of process " + ref().processId() + " already has, or had, a consumer");
    }
    ClaimedEvents events =
        new ClaimedEvents(
            followed.buffer(), this, command().beginsAt().orElse(null), followed::forgetEnd);
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
          flush(out, err); // what was written is complete, even if the end is reported as a failure
          rejectIfStopped();
          return end.status();
        }
        if (events.hasNothing()) { // flush only before a read that would block
          flush(out, err);
        }
      }
      throw new CancelledException(followed.failure("it was closed before it ended"));
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
              + " is not open; start it with Command.openStdin()");
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
    // This thread read the stream and now waits, so it will not read on: the rest is discarded.
    ClaimedEvents events = claimed;
    if (events != null && events.wasLastReadBy(Thread.currentThread())) {
      events.close();
    }
    command().outputWanted(false);
    if (claimed != null) {
      command().outputWanted(true); // another thread may have claimed it between the two lines
    }
    return awaitExit(until);
  }

  /** The exit status; empty if it is not known in time. */
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

  /** Does nothing: a pending future refers to this method, and so keeps this handle reachable. */
  private void wasAwaited() {}

  @Override
  public boolean signal(Signal signal) {
    if (signal.equals(Signal.UNKNOWN)) {
      throw new IllegalArgumentException("cannot send an unknown signal");
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

  /** True if stdin was opened for writing, or may be open. */
  boolean isWritable() {
    return stdin != null;
  }

  /** True once the exit status is known, or cannot become known any more. */
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
      followed.forgetEnd();
      followed.letGo();
    }
  }
}
