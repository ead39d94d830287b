package dev.sandpiper.engine;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.Command;
import dev.sandpiper.ExecResult;
import dev.sandpiper.OutputListener;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessInfo;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.Processes;
import dev.sandpiper.SandboxException;
import dev.sandpiper.Terminal;
import dev.sandpiper.TerminalSize;
import dev.sandpiper.engine.StartedProcess.OnClose;
import dev.sandpiper.http.CallScope;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Implements {@link Processes} on top of a provider's launcher. A subclass adds the provider's own
 * methods.
 */
public class LaunchedProcesses implements Processes {
  protected static final OutputListener NOBODY = output -> {};

  private final CommandLauncher launcher;
  private final BackgroundThreads threads;
  private final CallScope outer;
  private final Duration grace;

  public LaunchedProcesses(CommandLauncher launcher, BackgroundThreads threads) {
    this(launcher, threads, threads.scope(), StartedProcess.GRACE);
  }

  /**
   * @param grace how long in total a process waits, at the bound of its unclaimed output, for a
   *     reader to claim it
   */
  LaunchedProcesses(
      CommandLauncher launcher, BackgroundThreads threads, CallScope outer, Duration grace) {
    this.launcher = launcher;
    this.threads = threads;
    this.outer = outer;
    this.grace = grace;
  }

  /** The same operations on behalf of another call, with whose scope they end. */
  public LaunchedProcesses in(CallScope scope) {
    return new LaunchedProcesses(launcher, threads, scope, grace);
  }

  /** A new scope without a deadline, on the client's clock. */
  public CallScope scope() {
    return threads.scope();
  }

  /** The scope of a call that runs this command; its deadline is counted from now. */
  public CallScope scopeOf(Command command) {
    return scopeOf(command, outer);
  }

  static CallScope scopeOf(Command command, CallScope outer) {
    return command.timeout().map(outer::withinDeadline).orElse(outer);
  }

  @Override
  public ExecResult exec(Command command) {
    return exec(command, NOBODY);
  }

  @Override
  public ExecResult exec(Command command, OutputListener listener) {
    return exec(command, listener, scope -> launcher.launch(command, scope));
  }

  /**
   * Runs a command that the provider starts in its own way.
   *
   * @param start called once, with the scope of the start
   */
  public ExecResult exec(
      Command command, OutputListener listener, Function<CallScope, RunningCommand> start) {
    requireNonNull(listener, "listener");
    return new Execution(command, listener, threads, outer).run(start);
  }

  @Override
  public CompletableFuture<ExecResult> execAsync(Command command) {
    Execution execution = new Execution(command, NOBODY, threads, outer);
    CompletableFuture<ExecResult> future = new CompletableFuture<>();
    // However the caller completes it (cancel, orTimeout, complete), the result is no longer
    // wanted.
    CompletableFuture<ExecResult> unused =
        future.whenComplete((result, failure) -> execution.cancel());
    try {
      threads.executor().execute(() -> run(execution, command, future));
    } catch (SandboxException e) {
      future.completeExceptionally(e);
    }
    return future;
  }

  private void run(Execution execution, Command command, CompletableFuture<ExecResult> future) {
    if (future.isDone()) {
      return;
    }
    try {
      future.complete(execution.run(scope -> launcher.launch(command, scope)));
    } catch (RuntimeException | Error e) {
      future.completeExceptionally(e);
    }
  }

  @Override
  public Process start(Command command) {
    CallScope scope = scopeOf(command);
    return started(launcher.launch(command, scope), command, scope);
  }

  /**
   * Follows a command that the provider has just started in its own way.
   *
   * @param scope the scope of the start, from {@link #scopeOf}
   */
  public Process started(RunningCommand running, Command command, CallScope scope) {
    StartedProcess process = StartedProcess.started(running, command, threads, grace);
    return begun(process, () -> process.begin(command, scope));
  }

  @Override
  public Terminal startTerminal(Command command, TerminalSize size) {
    requireNonNull(size, "size");
    return startTerminal(command, scope -> launcher.launchTerminal(command, size, scope));
  }

  /** Starts a command on a terminal in the provider's own way; see {@link #exec}. */
  public Terminal startTerminal(Command command, Function<CallScope, RunningTerminal> start) {
    if (command.stdin().isPresent()) {
      throw new IllegalArgumentException(
          "a terminal does not take Command.stdin(content): write to its stdin() instead");
    }
    CallScope scope = scopeOf(command);
    StartedTerminal terminal =
        new StartedTerminal(start.apply(scope), OnClose.KILL, threads, grace);
    return begun(terminal, () -> terminal.begin(command, scope));
  }

  @Override
  public Process attach(ProcessRef ref) {
    return attached(launcher.attach(ref, outer));
  }

  @Override
  public Process attach(ProcessRef ref, String position) {
    return attached(launcher.attach(ref, ByteOffsets.parse(position), outer));
  }

  /** Follows a running process that the provider found by other means than a reference. */
  public Process attached(RunningCommand found) {
    StartedProcess process = StartedProcess.attached(found, threads, grace);
    return begun(process, process::begin);
  }

  @Override
  public Terminal attachTerminal(ProcessRef ref) {
    RunningTerminal running = launcher.attachTerminal(ref, outer);
    StartedTerminal terminal = new StartedTerminal(running, OnClose.LET_GO, threads, grace);
    return begun(terminal, terminal::begin);
  }

  @Override
  public List<ProcessInfo> list() {
    return launcher.list(outer);
  }

  private static <P extends StartedProcess> P begun(P process, Runnable begin) {
    try {
      begin.run();
      return process;
    } catch (RuntimeException | Error e) {
      process.giveUp(e);
      throw e;
    }
  }
}
