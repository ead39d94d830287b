package dev.sandpiper.engine;

import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.ClientResources;
import dev.sandpiper.http.Time;
import dev.sandpiper.http.Timers;
import java.util.concurrent.Executor;

/**
 * Where and when things run that are not on the caller's thread.
 *
 * @param time of the client
 * @param timers for what is to be done later
 * @param executor for work that lasts as long as a process; the caller's, so that it may be full.
 *     What it refuses is a {@link dev.sandpiper.CancelledException}
 * @param promptly for work that has to be done on time; refuses nothing
 */
public record BackgroundThreads(Time time, Timers timers, Executor executor, Executor promptly) {

  public static BackgroundThreads of(ClientResources resources) {
    return new BackgroundThreads(
        resources.time(), resources.timers(), resources.executor(), resources.promptly());
  }

  /** A new scope without an end, by the client's time. */
  public CallScope scope() {
    return CallScope.open(time);
  }
}
