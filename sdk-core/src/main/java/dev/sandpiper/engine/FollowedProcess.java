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
 * The background work for a started process: a pump that reads its stream on the client's executor,
 * the feed of its stdin, and its deadline. It does not refer to the caller's {@link
 * StartedProcess}, so that one that was never closed can be collected.
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

  /** True once a thread has become the pump; it stays the pump until the end. */
  private final AtomicBoolean pumped = new AtomicBoolean();

  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile boolean ended; // the end event has arrived, of whatever kind
  private volatile boolean exited; // it ended by itself, with an exit code
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

  /** Begins to read and to feed; the process is stopped at the deadline of {@code scope}. */
  void begin(Command asked, CallScope scope) {
    deadline = new CommandDeadline(asked, scope, threads, this::stopTree, "start");
    begin();
  }

  /** Begins to read and to feed, without a deadline. */
  void begin() {
    threads.executor().execute(this::pump);
    feed.begin(threads, this::stopTree);
  }

  /** Stops the process because its deadline passed or its input could not be read. */
  private void stopTree() {
    buffer.endGrace();
    requirePump();
    stop.run();
  }

  /** The caller's executor may never run the pump, and the end of the stream has to be read. */
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
      fail(new CancelledException(failure("the reading thread was interrupted"), e));
    } catch (RuntimeException | Error e) {
      fail(e);
      throw e;
    } finally {
      input.release(threads);
      command.close();
      feed.await(threads);
    }
  }

  /** Runs before the end is reported: a process that has ended is neither stopped nor late. */
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

  /**
   * Why the client stopped the process: its input could not be read, or its deadline passed. Null
   * if it did not.
   */
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
            : new IllegalStateException("the reader of " + command.ref() + " failed", cause);
    endInput(
        reported instanceof SandboxException known
            ? known
            : new CancelledException(input.problem("the stream of the process failed"), reported));
    buffer.fail(reported);
    streamOver.complete(true);
    exit.completeExceptionally(reported);
  }

  /**
   * If the client stopped the process, the reason for that, and not how the end looked to the
   * reader.
   */
  private RuntimeException reported(RuntimeException cause) {
    SandboxException reason = whyStopped(cause);
    return reason == null ? cause : reason;
  }

  /** Rejects further input. A write in flight is aborted later, by the pump or by closing. */
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

  /** The exit status; empty if it is not known in time. */
  Optional<ExitStatus> awaitExit(long until) throws InterruptedException {
    try {
      return Optional.of(threads.time().get(awaitedExit(), until));
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (ExecutionException e) {
      throw SharedFailure.rethrown(e);
    }
  }

  /**
   * Completes with the exit status or the failure. Ends the grace: the pump no longer waits for a
   * claim. Not a copy, so callers must not complete it.
   */
  CompletableFuture<ExitStatus> awaitedExit() {
    buffer.endGrace();
    return exit;
  }

  /** Like {@link #awaitedExit}, but does not end the grace. */
  CompletableFuture<ExitStatus> exit() {
    return exit;
  }

  /** True once the end event has arrived. */
  boolean hasEnded() {
    return ended;
  }

  /** True once the exit status is known, or cannot become known any more. */
  boolean isOver() {
    return exit.isDone();
  }

  /** Stops the process with its tree. False if it has ended. */
  boolean kill() {
    if (ended) {
      return false;
    }
    buffer.endGrace();
    requirePump();
    stop.kill();
    return true;
  }

  /**
   * Stops the process with its tree and closes the connection. Does nothing after an earlier call
   * or {@link #letGo}.
   */
  void killAndClose() {
    if (closed.compareAndSet(false, true)) {
      abandon();
      cancelDeadline();
      stop.run();
      command.forget();
      freeWaiters();
    }
  }

  /** The end was read, or nobody will read it any more. */
  void forgetEnd() {
    if (ended) {
      command.forget();
    }
  }

  /** Closes the connection and leaves the process running. */
  void letGo() {
    if (closed.compareAndSet(false, true)) {
      abandon();
      dropConnection();
    }
  }

  /**
   * Like {@link #letGo}, for a process that was collected without being closed. False if there is
   * nothing to release.
   */
  boolean releaseForgotten() {
    forgetEnd();
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

  /** Fails the waits for the exit: the connection is closed, so the end will not arrive. */
  private void freeWaiters() {
    if (!ended) {
      fail(new CancelledException(failure("it was closed")));
    }
  }

  /** Stops delivery; readers and writers fail with the reason. */
  private void abandon() {
    buffer.abandon(new CancelledException(failure("it was closed")));
    endInput(new CancelledException(input.problem("its process was closed or detached")));
    command.input().giveUp();
    requirePump(); // it closes the stream
  }

  Failure failure(String observed) {
    return Failure.of("follow", command.name(), observed);
  }
}
