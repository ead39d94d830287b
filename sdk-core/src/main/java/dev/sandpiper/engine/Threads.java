package dev.sandpiper.engine;

import dev.sandpiper.http.ClientResources;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Where things run that are not on the caller's thread.
 *
 * @param scheduler for timers that do next to nothing
 * @param executor for work that lasts as long as a process; the caller's, so that it may be full.
 *     What it refuses is a {@link dev.sandpiper.CancelledException}
 * @param promptly for work that has to be done on time; refuses nothing
 */
public record Threads(ScheduledExecutorService scheduler, Executor executor, Executor promptly) {

  public static Threads of(ClientResources resources) {
    return new Threads(resources.scheduler(), resources.executor(), resources.promptly());
  }
}
