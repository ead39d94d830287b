package dev.sandpiper.engine;

import dev.sandpiper.Command;
import dev.sandpiper.Process;
import dev.sandpiper.Processes;
import dev.sandpiper.http.ClientResources;
import dev.sandpiper.http.Limits;
import dev.sandpiper.http.Protocols;
import dev.sandpiper.testing.Patience;

/** The threads of a client; closing it proves that nothing is left on them. */
final class Engine implements AutoCloseable {
  private final ClientResources resources =
      new ClientResources(null, null, Limits.standard(), Protocols.standard());
  private final Threads threads = new Threads(resources.scheduler(), resources.executor());

  Processes processes(CommandLauncher launcher) {
    return new LaunchedProcesses(launcher, threads);
  }

  Process start(ScriptedCommand command) {
    return processes(command).start(Command.of("scripted"));
  }

  @Override
  public void close() {
    Patience.until("no timer is left", () -> resources.scheduler().getQueue().isEmpty());
    resources.close();
    Patience.untilNoThreadIsLeft();
  }
}
