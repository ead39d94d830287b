package dev.sandpiper.e2b;

import dev.sandpiper.Command;
import dev.sandpiper.ProcessInfo;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.TerminalSize;
import dev.sandpiper.engine.CommandLauncher;
import dev.sandpiper.engine.RunningCommand;
import dev.sandpiper.engine.RunningTerminal;
import java.util.List;

/** Starts commands with a tag of the caller's. */
record TaggedLauncher(EnvdLauncher launcher, String tag) implements CommandLauncher {

  @Override
  public RunningCommand launch(Command command) {
    return launcher.launch(command, tag);
  }

  @Override
  public RunningTerminal launchTerminal(Command command, TerminalSize size) {
    return launcher.launchTerminal(command, size, tag);
  }

  @Override
  public RunningCommand attach(ProcessRef ref) {
    return launcher.attach(ref);
  }

  @Override
  public RunningTerminal attachTerminal(ProcessRef ref) {
    return launcher.attachTerminal(ref);
  }

  @Override
  public List<ProcessInfo> list() {
    return launcher.list();
  }
}
