package dev.sandpiper.engine;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Failure;
import dev.sandpiper.SandboxException;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.Uninterrupted;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops a command whose stream somebody else goes on reading: the tree first, then, if a child that
 * escaped holds the stream open, the stream; at last the connection. Bounded in time.
 */
final class TreeStop {
  /** Between TERM and KILL. */
  static final Duration GRACE = Duration.ofSeconds(2);

  /** For all of it; closing a process promises ten seconds. */
  static final Duration LIMIT = Duration.ofSeconds(9);

  private static final Logger log = LoggerFactory.getLogger(RunningCommand.class);
  private static final Duration AFTERMATH = Duration.ofMillis(1_500);

  private final RunningCommand command;
  private final CompletableFuture<?> streamOver;
  private final BooleanSupplier hasEnded;
  private final BackgroundThreads threads;
  private final ReentrantLock turn = new ReentrantLock(); // one stop at a time

  // Guarded by the lock.
  private boolean swept;
  private boolean freed;

  /**
   * @param streamOver done when nobody reads the stream any more, whatever the reason
   * @param hasEnded true once the command has exited by itself: what it left behind may run on
   */
  TreeStop(
      RunningCommand command,
      CompletableFuture<?> streamOver,
      BooleanSupplier hasEnded,
      BackgroundThreads threads) {
    this.command = command;
    this.streamOver = streamOver;
    this.hasEnded = hasEnded;
    this.threads = threads;
  }

  /** The time for stopping the command, which begins now. */
  CallScope scope() {
    return threads.scope().within(LIMIT);
  }

  /** Works in an interrupted thread as well, and leaves its flag as it was. */
  void run() {
    CallScope scope = scope();
    try {
      Uninterrupted.run(() -> inTurn(scope, () -> stopAndFree(scope)));
    } catch (SandboxException e) {
      log.warn("could not stop {}: {}", command.ref(), e.getMessage());
    } finally {
      command.cancel();
    }
  }

  /**
   * Stops the tree for a caller who wants to know whether that worked, and leaves the stream to its
   * reader.
   *
   * @throws SandboxException if it did not
   */
  void kill() {
    CallScope scope = scope();
    inTurn(
        scope,
        () -> {
          command.stopTree(GRACE, scope);
          swept = true;
          if (!isOverSoon(scope)) {
            command.release(scope);
          }
          freed = true;
        });
  }

  /** Waits for another stop of this command: the deadline's, which a close need not repeat. */
  private void inTurn(CallScope scope, Runnable action) {
    scope.lock(turn, failure(""));
    try {
      action.run();
    } finally {
      turn.unlock();
    }
  }

  private void stopAndFree(CallScope scope) {
    if (freed || hasEnded.getAsBoolean()) {
      return;
    }
    swept = swept || attempt("stop", () -> command.stopTree(GRACE, scope));
    if (!isOverSoon(scope) && swept) {
      boolean released = attempt("free the stream of", () -> command.release(scope));
      if (released && !isOverSoon(scope)) {
        log.warn("{} was stopped, and its stream does not end", command.ref());
      }
    }
    freed = swept;
  }

  private boolean isOverSoon(CallScope scope) {
    Duration left = scope.left();
    try {
      return threads.time().isDone(streamOver, left.compareTo(AFTERMATH) < 0 ? left : AFTERMATH);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException(failure("its thread was interrupted"));
    }
  }

  private Failure failure(String observed) {
    return Failure.of("stop", command.ref().toString(), observed);
  }

  private boolean attempt(String what, Runnable action) {
    try {
      action.run();
      return true;
    } catch (SandboxException e) {
      if (e instanceof CancelledException && Thread.currentThread().isInterrupted()) {
        throw e; // and is tried again
      }
      log.warn("could not {} {}: {}", what, command.ref(), e.getMessage());
      return false;
    }
  }
}
