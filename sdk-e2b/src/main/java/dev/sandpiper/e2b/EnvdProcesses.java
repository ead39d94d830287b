package dev.sandpiper.e2b;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.Command;
import dev.sandpiper.ExecResult;
import dev.sandpiper.OutputListener;
import dev.sandpiper.Process;
import dev.sandpiper.Terminal;
import dev.sandpiper.TerminalSize;
import dev.sandpiper.e2b.process.EnvdLauncher;
import dev.sandpiper.engine.BackgroundThreads;
import dev.sandpiper.engine.LaunchedProcesses;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.wire.SentText;

/** Adds the methods for processes with a tag to those that all platforms have. */
final class EnvdProcesses extends LaunchedProcesses implements E2bProcesses {
  private final EnvdLauncher launcher;

  EnvdProcesses(EnvdLauncher launcher, BackgroundThreads threads) {
    super(launcher, threads);
    this.launcher = launcher;
  }

  @Override
  public ExecResult exec(E2bCommand command) {
    return exec(command, NOBODY);
  }

  @Override
  public ExecResult exec(E2bCommand command, OutputListener listener) {
    Command common = command.common();
    return exec(common, listener, scope -> launcher.launch(common, command.tag(), scope));
  }

  @Override
  public Process start(E2bCommand command) {
    Command common = command.common();
    CallScope scope = scopeOf(common);
    return started(launcher.launch(common, command.tag(), scope), common, scope);
  }

  @Override
  public Terminal startTerminal(E2bCommand command, TerminalSize size) {
    Command common = command.common();
    requireNonNull(size, "size");
    return startTerminal(
        common, scope -> launcher.launchTerminal(common, size, command.tag(), scope));
  }

  @Override
  public Process attachTagged(String tag) {
    return attached(launcher.attachTagged(SentText.require("the tag", tag)));
  }
}
