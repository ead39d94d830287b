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
 * Stops a command whose stream another thread reads: first the process tree; then, if a child that
 * escaped holds the stream open, the stream; finally the connection. Bounded in time.
 */
final class TreeStop {
  /** Between TERM and KILL. */
  static final Duration GRACE = Duration.ofSeconds(2);

  /** The limit for the whole stop; closing a process promises ten seconds. */
  static final Duration LIMIT = Duration.ofSeconds(9);

  private static final Logger log = LoggerFactory.getLogger(RunningCommand.class);

  /** How long the stream may take to end after the processes have. */
  private static final Duration AFTERMATH = Duration.ofMillis(1_500);

  private final RunningCommand command;
  private final CompletableFuture<?> streamOver;
  private final BooleanSupplier hasEnded;
  private final BackgroundThreads threads;
  private final ReentrantLock turn = new ReentrantLock(); // one stop at a time

  // Guarded by turn.
  private boolean swept; // the tree was stopped
  private boolean freed; // nothing is left to do

  /**
   * @param streamOver completes when the stream is no longer read, for whatever reason
   * @param hasEnded true once the command has exited by itself: then its descendants keep running
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

  /** A scope for stopping the command; its limit is counted from now. */
  CallScope scope() {
    return threads.scope().within(LIMIT);
  }

  /**
   * Stops the command, also on an interrupted thread, whose flag is preserved. A failure is logged.
   */
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
   * Stops the tree and reports failures; leaves the stream to its reader.
   *
   * @throws SandboxException if the tree could not be stopped
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

  /**
   * Waits for a concurrent stop of this command, such as the deadline's, so that it is not
   * repeated.
   */
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
        log.warn("{} was stopped, but its stream does not end", command.ref());
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
        throw e; // Uninterrupted clears the flag and tries again
      }
      log.warn("could not {} {}: {}", what, command.ref(), e.getMessage());
      return false;
    }
  }
}
