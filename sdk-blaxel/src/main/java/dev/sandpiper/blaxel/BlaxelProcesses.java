package dev.sandpiper.blaxel;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.Command;
import dev.sandpiper.ExecResult;
import dev.sandpiper.OutputListener;
import dev.sandpiper.ProcessInfo;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.Processes;
import dev.sandpiper.Terminal;
import dev.sandpiper.TerminalSize;
import dev.sandpiper.engine.ByteOffsets;
import dev.sandpiper.engine.LaunchedProcesses;
import dev.sandpiper.engine.Threads;
import dev.sandpiper.http.CallScope;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The processes of one Blaxel sandbox. */
final class BlaxelProcesses implements Processes {
  private static final OutputListener NOBODY = output -> {};

  private final ExactLauncher launcher;
  private final LaunchedProcesses launched;

  BlaxelProcesses(ExactLauncher launcher, Threads threads) {
    this.launcher = launcher;
    this.launched = new LaunchedProcesses(launcher, threads);
  }

  LaunchedProcesses launched() {
    return launched;
  }

  @Override
  public ExecResult exec(Command command) {
    return launched.exec(command);
  }

  @Override
  public ExecResult exec(Command command, OutputListener listener) {
    return launched.exec(command, listener);
  }

  ExecResult exec(BlaxelCommand command) {
    return exec(command, NOBODY);
  }

  ExecResult exec(BlaxelCommand command, OutputListener listener) {
    return launched.exec(command.common(), listener, scope -> launcher.launch(command, scope));
  }

  @Override
  public CompletableFuture<ExecResult> execAsync(Command command) {
    return launched.execAsync(command);
  }

  @Override
  public BlaxelProcess start(Command command) {
    return start(BlaxelCommand.of(requireNonNull(command, "command")));
  }

  BlaxelProcess start(BlaxelCommand command) {
    CallScope scope = launched.scopeOf(command.common());
    BlaxelRunning running = launcher.launchConfirmed(command, scope);
    return new BlaxelProcess(launched.started(running, command.common(), scope), running, this);
  }

  BlaxelProcess attachNamed(String name) {
    return attached(launcher.attachNamed(name, CallScope.open()));
  }

  @Override
  public BlaxelProcess attach(ProcessRef ref) {
    return attached(launcher.attach(requireNonNull(ref, "ref"), CallScope.open()));
  }

  @Override
  public BlaxelProcess attach(ProcessRef ref, String position) {
    requireNonNull(ref, "ref");
    return attached(launcher.attach(ref, ByteOffsets.parse(position), CallScope.open()));
  }

  private BlaxelProcess attached(BlaxelRunning found) {
    return new BlaxelProcess(launched.attached(found), found, this);
  }

  @Override
  public Terminal startTerminal(Command command, TerminalSize size) {
    return launched.startTerminal(command, size);
  }

  @Override
  public Terminal attachTerminal(ProcessRef ref) {
    return launched.attachTerminal(ref);
  }

  @Override
  public List<ProcessInfo> list() {
    return launched.list();
  }
}
