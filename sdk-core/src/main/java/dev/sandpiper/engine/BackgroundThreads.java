package dev.sandpiper.engine;

import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.ClientResources;
import dev.sandpiper.http.Time;
import dev.sandpiper.http.Timers;
import java.util.concurrent.Executor;

/**
 * The clock, timers and executors for work that does not run on the caller's thread.
 *
 * @param time the client's clock
 * @param timers for delayed tasks
 * @param executor for tasks that run as long as a process. It may be the caller's own and
 *     saturated; a rejected task throws {@link dev.sandpiper.CancelledException}
 * @param promptly for tasks that must start on time; never rejects one
 */
public record BackgroundThreads(Time time, Timers timers, Executor executor, Executor promptly) {

  public static BackgroundThreads of(ClientResources resources) {
    return new BackgroundThreads(
        resources.time(), resources.timers(), resources.executor(), resources.promptly());
  }

  /** A new scope without a deadline, on the client's clock. */
  public CallScope scope() {
    return CallScope.open(time);
  }
}
