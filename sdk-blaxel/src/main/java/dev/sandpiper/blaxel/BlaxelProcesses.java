package dev.sandpiper.blaxel;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.Command;
import dev.sandpiper.ExecResult;
import dev.sandpiper.OutputListener;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.engine.ByteOffsets;
import dev.sandpiper.engine.LaunchedProcesses;
import dev.sandpiper.engine.Threads;
import dev.sandpiper.http.CallScope;

/** The processes of one Blaxel sandbox, with what only Blaxel knows. */
final class BlaxelProcesses extends LaunchedProcesses {
  private final ExactLauncher launcher;

  BlaxelProcesses(ExactLauncher launcher, Threads threads) {
    super(launcher, threads);
    this.launcher = launcher;
  }

  ExecResult exec(BlaxelCommand command) {
    return exec(command, output -> {});
  }

  ExecResult exec(BlaxelCommand command, OutputListener listener) {
    return exec(command.common(), listener, scope -> launcher.launch(command, scope));
  }

  @Override
  public BlaxelProcess start(Command command) {
    return start(BlaxelCommand.of(requireNonNull(command, "command")));
  }

  BlaxelProcess start(BlaxelCommand command) {
    CallScope scope = scopeOf(command.common());
    BlaxelRunning running = launcher.launchConfirmed(command, scope);
    return new BlaxelProcess(started(running, command.common(), scope), running, this);
  }

  BlaxelProcess attachNamed(String name) {
    return found(launcher.attachNamed(name, CallScope.open()));
  }

  @Override
  public BlaxelProcess attach(ProcessRef ref) {
    return found(launcher.attach(requireNonNull(ref, "ref"), CallScope.open()));
  }

  @Override
  public BlaxelProcess attach(ProcessRef ref, String position) {
    requireNonNull(ref, "ref");
    return found(launcher.attach(ref, ByteOffsets.parse(position), CallScope.open()));
  }

  private BlaxelProcess found(BlaxelRunning running) {
    return new BlaxelProcess(attached(running), running, this);
  }
}
