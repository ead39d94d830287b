package dev.sandpiper.engine;

import dev.sandpiper.ExecResult;
import java.util.concurrent.CompletableFuture;

/** A command that runs on another thread; cancelling it stops the command. */
final class CommandFuture extends CompletableFuture<ExecResult> {
  private final Execution execution;

  CommandFuture(Execution execution) {
    this.execution = execution;
  }

  /** Runs the command on this thread. */
  void complete(CommandLauncher launcher) {
    if (isDone()) {
      return;
    }
    try {
      complete(execution.run(launcher));
    } catch (RuntimeException | Error e) {
      completeExceptionally(e);
    }
  }

  /** The argument has no effect, as in {@link CompletableFuture}. */
  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean cancelled = super.cancel(mayInterruptIfRunning);
    if (cancelled) {
      execution.cancel();
    }
    return cancelled;
  }
}
