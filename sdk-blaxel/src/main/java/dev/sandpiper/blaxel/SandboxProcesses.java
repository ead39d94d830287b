package dev.sandpiper.blaxel;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.Command;
import dev.sandpiper.ExecResult;
import dev.sandpiper.OutputListener;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.blaxel.process.ExactLauncher;
import dev.sandpiper.engine.BackgroundThreads;
import dev.sandpiper.engine.ByteOffsets;
import dev.sandpiper.engine.LaunchedProcesses;
import dev.sandpiper.engine.RunningCommand;
import dev.sandpiper.http.CallScope;

/** Adds the methods for processes with a record on Blaxel's server, which all of them have. */
final class SandboxProcesses extends LaunchedProcesses implements BlaxelProcesses {
  private final ExactLauncher launcher;

  SandboxProcesses(ExactLauncher launcher, BackgroundThreads threads) {
    super(launcher, threads);
    this.launcher = launcher;
  }

  @Override
  public ExecResult exec(BlaxelCommand command) {
    return exec(command, NOBODY);
  }

  @Override
  public ExecResult exec(BlaxelCommand command, OutputListener listener) {
    return exec(command.common(), listener, scope -> launcher.launch(command, scope));
  }

  @Override
  public BlaxelProcess start(Command command) {
    return start(BlaxelCommand.of(command));
  }

  @Override
  public BlaxelProcess start(BlaxelCommand command) {
    CallScope scope = scopeOf(command.common());
    RunningCommand running = launcher.launchConfirmed(command, scope);
    return new BlaxelProcess(started(running, command.common(), scope), this);
  }

  @Override
  public BlaxelProcess attachNamed(String processName) {
    requireNonNull(processName, "processName");
    return followed(launcher.attachNamed(processName, scope()));
  }

  @Override
  public BlaxelProcess attach(ProcessRef ref) {
    return followed(launcher.attach(requireNonNull(ref, "ref"), scope()));
  }

  @Override
  public BlaxelProcess attach(ProcessRef ref, String position) {
    requireNonNull(ref, "ref");
    return followed(launcher.attach(ref, ByteOffsets.parse(position), scope()));
  }

  private BlaxelProcess followed(RunningCommand found) {
    return new BlaxelProcess(attached(found), this);
  }

  /** See {@link BlaxelProcess#details}. */
  ProcessDetails details(ProcessRef ref) {
    return new ProcessDetails(launcher.record(ref));
  }
}
