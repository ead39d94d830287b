package dev.sandpiper.engine;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.Command;
import dev.sandpiper.ExecResult;
import dev.sandpiper.OutputListener;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.Processes;
import java.util.concurrent.CompletableFuture;

/** The verbs for processes, over whatever a provider's launcher starts. */
public final class LaunchedProcesses implements Processes {
  private static final OutputListener NOBODY = output -> {};

  private final CommandLauncher launcher;
  private final Threads threads;

  public LaunchedProcesses(CommandLauncher launcher, Threads threads) {
    this.launcher = launcher;
    this.threads = threads;
  }

  @Override
  public ExecResult exec(Command command) {
    return exec(command, NOBODY);
  }

  @Override
  public ExecResult exec(Command command, OutputListener listener) {
    requireNonNull(listener, "listener");
    return new Execution(command, listener, threads).run(launcher);
  }

  @Override
  public CompletableFuture<ExecResult> execAsync(Command command) {
    Execution execution = new Execution(command, NOBODY, threads);
    CommandFuture future = new CommandFuture(execution);
    threads.executor().execute(() -> future.complete(launcher));
    return future;
  }

  @Override
  public Process start(Command command) {
    return start(launcher, command);
  }

  /** Starts what another launcher of the same sandbox knows how to start. */
  public Process start(CommandLauncher other, Command command) {
    StartedProcess process = StartedProcess.started(other.launch(command), command);
    try {
      process.limit(CommandDeadline.begin(command, threads, process::stopAtDeadline, "start"));
      process.begin(threads);
      return process;
    } catch (RuntimeException e) {
      process.giveUp(e);
      throw e;
    }
  }

  @Override
  public Process attach(ProcessRef ref) {
    StartedProcess process = StartedProcess.attached(launcher.attach(ref));
    try {
      process.begin(threads);
      return process;
    } catch (RuntimeException e) {
      process.giveUp(e);
      throw e;
    }
  }

  /** Runs what another launcher of the same sandbox knows how to start. */
  public ExecResult exec(CommandLauncher other, Command command, OutputListener listener) {
    return new Execution(command, listener, threads).run(other);
  }
}
