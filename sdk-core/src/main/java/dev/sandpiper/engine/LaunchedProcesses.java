package dev.sandpiper.engine;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.Command;
import dev.sandpiper.ExecResult;
import dev.sandpiper.OutputListener;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessInfo;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.Processes;
import dev.sandpiper.Terminal;
import dev.sandpiper.TerminalSize;
import dev.sandpiper.http.CallScope;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The verbs for processes, over whatever a provider's launcher starts. */
public final class LaunchedProcesses implements Processes {
  private static final OutputListener NOBODY = output -> {};

  private final CommandLauncher launcher;
  private final Threads threads;
  private final CallScope outer;

  public LaunchedProcesses(CommandLauncher launcher, Threads threads) {
    this(launcher, threads, CallScope.open());
  }

  private LaunchedProcesses(CommandLauncher launcher, Threads threads, CallScope outer) {
    this.launcher = launcher;
    this.threads = threads;
    this.outer = outer;
  }

  /** The same verbs on behalf of another call, with which they end. */
  public LaunchedProcesses in(CallScope scope) {
    return new LaunchedProcesses(launcher, threads, scope);
  }

  /** The time of a call that runs a command; it begins now. */
  static CallScope scopeOf(Command command, CallScope outer) {
    return command.timeout().map(outer::withinDeadline).orElse(outer);
  }

  @Override
  public ExecResult exec(Command command) {
    return exec(command, NOBODY);
  }

  @Override
  public ExecResult exec(Command command, OutputListener listener) {
    return exec(launcher, command, listener);
  }

  /** Runs what another launcher of the same sandbox knows how to start. */
  public ExecResult exec(CommandLauncher other, Command command, OutputListener listener) {
    requireNonNull(listener, "listener");
    return new Execution(command, listener, threads, outer).run(other);
  }

  @Override
  public CompletableFuture<ExecResult> execAsync(Command command) {
    Execution execution = new Execution(command, NOBODY, threads, outer);
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
    CallScope scope = scopeOf(command, outer);
    return begun(StartedProcess.started(other.launch(command, scope), command), command, scope);
  }

  @Override
  public Terminal startTerminal(Command command, TerminalSize size) {
    return startTerminal(launcher, command, size);
  }

  /** Starts what another launcher of the same sandbox knows how to start. */
  public Terminal startTerminal(CommandLauncher other, Command command, TerminalSize size) {
    requireNonNull(size, "size");
    if (command.stdin().isPresent()) {
      throw new IllegalArgumentException(
          "a terminal is typed into: write to its stdin() instead of Command.stdin(content)");
    }
    CallScope scope = scopeOf(command, outer);
    RunningTerminal running = other.launchTerminal(command, size, scope);
    return begun(StartedTerminal.started(running), command, scope);
  }

  @Override
  public Process attach(ProcessRef ref) {
    return attached(launcher.attach(ref, outer));
  }

  @Override
  public Process attach(ProcessRef ref, String position) {
    return attached(launcher.attach(ref, ByteOffsets.parse(position), outer));
  }

  /** Follows what its provider found by other means than a reference. */
  public Process attached(RunningCommand found) {
    return begun(StartedProcess.attached(found));
  }

  @Override
  public Terminal attachTerminal(ProcessRef ref) {
    return begun(StartedTerminal.attached(launcher.attachTerminal(ref, outer)));
  }

  @Override
  public List<ProcessInfo> list() {
    return launcher.list(outer);
  }

  private <P extends StartedProcess> P begun(P process, Command command, CallScope scope) {
    try {
      process.limit(
          CommandDeadline.begin(command, scope, threads, process::stopAtDeadline, "start"));
    } catch (RuntimeException e) {
      process.giveUp(e);
      throw e;
    }
    return begun(process);
  }

  private <P extends StartedProcess> P begun(P process) {
    try {
      process.begin(threads);
      return process;
    } catch (RuntimeException e) {
      process.giveUp(e);
      throw e;
    }
  }
}
