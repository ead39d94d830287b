package dev.sandpiper.engine;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Command;
import dev.sandpiper.Content;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.Failure;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Ended;
import dev.sandpiper.SandboxException;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.SharedFailure;
import dev.sandpiper.http.Uninterrupted;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What goes on for a process while nobody calls: a pump reads its stream, on a thread of the
 * client's executor, its input is fed, its time passes. It does not refer to the {@link
 * StartedProcess} that callers have, so that one that is forgotten becomes garbage.
 */
final class FollowedProcess {
  private final RunningCommand command;
  private final BackgroundThreads threads;
  private final EventBuffer buffer;
  private final CompletableFuture<ExitStatus> exit = new CompletableFuture<>();
  private final CompletableFuture<Boolean> streamOver = new CompletableFuture<>();
  private final TreeStop stop;
  private final ProcessInput input;
  private final StdinFeed feed;
  private final AtomicBoolean pumped = new AtomicBoolean(); // by a thread, which goes on to the end
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile boolean ended;
  private volatile boolean exited;
  private volatile @Nullable CommandDeadline deadline;

  FollowedProcess(
      RunningCommand command, Optional<Content> fed, BackgroundThreads threads, Duration grace) {
    this.command = command;
    this.threads = threads;
    ByteOffsets begin = command.beginsAt().orElse(ByteOffsets.BEGINNING);
    this.buffer = new EventBuffer(begin, grace, threads.time());
    this.stop = new TreeStop(command, streamOver, () -> exited, threads);
    this.input = new ProcessInput(command);
    this.feed = new StdinFeed(fed, input, "start", command.name());
  }

  RunningCommand command() {
    return command;
  }

  BackgroundThreads threads() {
    return threads;
  }

  EventBuffer buffer() {
    return buffer;
  }

  ProcessInput input() {
    return input;
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
      input.release(threads);
      command.close();
      feed.await(threads);
    }
  }

  /** Before anything is reported: what has ended is not stopped, and is not late. */
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
    streamOver.complete(true);
    SandboxException reason = whyStopped(null);
    if (reason == null) {
      exit.complete(status);
    } else {
      exit.completeExceptionally(reason);
    }
  }

  /** Why we stopped it: its input could not be read, or its time was over. Null if we did not. */
  @Nullable SandboxException whyStopped(@Nullable RuntimeException cause) {
    SandboxException feedFailure = feed.failure();
    if (feedFailure != null) {
      return feedFailure;
    }
    CommandDeadline limit = deadline;
    return limit != null && limit.hasPassed() ? limit.exceeded(null, cause) : null;
  }

  void fail(Throwable cause) {
    RuntimeException reported =
        cause instanceof RuntimeException known
            ? reported(known)
            : new IllegalStateException("the reader of " + command.ref() + " died", cause);
    endInput(
        reported instanceof SandboxException known
            ? known
            : new CancelledException(input.problem("its process cannot be followed"), reported));
    buffer.fail(reported);
    streamOver.complete(true);
    exit.completeExceptionally(reported);
  }

  /** What stopped the process is the reason, and not what its end looked like from here. */
  private RuntimeException reported(RuntimeException cause) {
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

  /** How it ended; empty if that is not known in time. */
  Optional<ExitStatus> awaitExit(long until) throws InterruptedException {
    try {
      return Optional.of(threads.time().get(awaitedExit(), until));
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (ExecutionException e) {
      throw SharedFailure.rethrown(e);
    }
  }

  /** How it ended, or what failed; never a copy. Nobody's claim is waited for any more. */
  CompletableFuture<ExitStatus> awaitedExit() {
    buffer.endGrace();
    return exit;
  }

  /** {@link #awaitedExit} without the end of the grace. */
  CompletableFuture<ExitStatus> exit() {
    return exit;
  }

  /** True once its end has arrived. */
  boolean hasEnded() {
    return ended;
  }

  /** True once it is known how it ended, or that nobody will know. */
  boolean isOver() {
    return exit.isDone();
  }

  /** False if it is over. */
  boolean kill() {
    if (ended) {
      return false;
    }
    buffer.endGrace();
    requirePump();
    stop.kill();
    return true;
  }

  /** Stops it with its tree, and the connection; does nothing after this or {@link #letGo}. */
  void killAndClose() {
    if (closed.compareAndSet(false, true)) {
      abandon();
      cancelDeadline();
      stop.run();
      freeWaiters();
    }
  }

  /** Ends the connection and leaves it alone. */
  void letGo() {
    if (closed.compareAndSet(false, true)) {
      abandon();
      dropConnection();
    }
  }

  /** {@link #letGo} for callers that have forgotten it. False if there is nothing to do. */
  boolean releaseForgotten() {
    if (isOver() || !closed.compareAndSet(false, true)) {
      return false;
    }
    threads
        .promptly()
        .execute(
            () -> {
              abandon();
              dropConnection();
            });
    return true;
  }

  private void dropConnection() {
    try {
      Uninterrupted.run(() -> command.letGo(stop.scope()));
    } finally {
      freeWaiters();
    }
  }

  /** Nobody learns the end any more, whatever the pump still waits for. */
  private void freeWaiters() {
    if (!ended) {
      fail(new CancelledException(failure("it was closed")));
    }
  }

  /** Delivers nothing more; readers get the reason. */
  private void abandon() {
    buffer.abandon(new CancelledException(failure("it was closed")));
    endInput(new CancelledException(input.problem("its process was closed or detached")));
    command.input().giveUp();
    requirePump();
  }

  Failure failure(String observed) {
    return Failure.of("follow", command.name(), observed);
  }
}
