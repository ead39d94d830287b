package dev.sandpiper.e2b;

import dev.sandpiper.Command;
import dev.sandpiper.ProcessInfo;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.TerminalSize;
import dev.sandpiper.engine.CommandLauncher;
import dev.sandpiper.engine.RunningCommand;
import dev.sandpiper.engine.RunningTerminal;
import dev.sandpiper.http.CallScope;
import java.util.List;

/** Starts commands with a tag of the caller's. */
record TaggedLauncher(EnvdLauncher launcher, String tag) implements CommandLauncher {

  @Override
  public RunningCommand launch(Command command, CallScope scope) {
    return launcher.launch(command, tag, scope);
  }

  @Override
  public RunningTerminal launchTerminal(Command command, TerminalSize size, CallScope scope) {
    return launcher.launchTerminal(command, size, tag, scope);
  }

  @Override
  public RunningCommand attach(ProcessRef ref, CallScope scope) {
    return launcher.attach(ref, scope);
  }

  @Override
  public RunningTerminal attachTerminal(ProcessRef ref, CallScope scope) {
    return launcher.attachTerminal(ref, scope);
  }

  @Override
  public List<ProcessInfo> list(CallScope scope) {
    return launcher.list(scope);
  }
}
