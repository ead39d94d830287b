package dev.sandpiper.engine;

import dev.sandpiper.Command;
import dev.sandpiper.Process;
import dev.sandpiper.Processes;
import dev.sandpiper.RetryOptions;
import dev.sandpiper.http.ClientResources;
import dev.sandpiper.http.Limits;
import dev.sandpiper.http.Protocols;
import dev.sandpiper.http.Time;
import dev.sandpiper.testing.Patience;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The threads of a client; closing it proves that nothing is left on them. */
final class Engine implements AutoCloseable {
  private final ClientResources resources;
  private final BackgroundThreads threads;

  Engine() {
    this(null);
  }

  /**
   * @param callers the executor that the client is given; null for its own
   */
  Engine(@Nullable Executor callers) {
    this(callers, Time.system());
  }

  Engine(@Nullable Executor callers, Time time) {
    resources =
        new ClientResources(
            null, callers, Limits.standard(), Protocols.standard(), RetryOptions.standard(), time);
    threads = BackgroundThreads.of(resources);
  }

  Processes processes(CommandLauncher launcher) {
    return new LaunchedProcesses(launcher, threads);
  }

  /** Whose processes wait that long for somebody to claim their output. */
  Processes processes(CommandLauncher launcher, Duration grace) {
    return new LaunchedProcesses(launcher, threads, threads.scope(), grace);
  }

  Process start(ScriptedCommand command) {
    return processes(command).start(Command.of("scripted"));
  }

  @Override
  public void close() {
    Patience.until("no timer is left", resources.timers()::isIdle);
    resources.close();
    Patience.untilNoThreadIsLeft();
  }
}
