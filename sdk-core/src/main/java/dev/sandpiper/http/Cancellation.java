package dev.sandpiper.http;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Gives up the requests that carry it, from any thread: those that run and all later ones. Each
 * fails with a {@link dev.sandpiper.CancelledException}.
 */
public final class Cancellation {
  private final Set<WatchedCall> running = ConcurrentHashMap.newKeySet();
  private volatile boolean cancelled;

  /** Idempotent. */
  public void cancel() {
    cancelled = true;
    running.forEach(call -> call.stop(new WatchedCall.Stop.Closed()));
  }

  void add(WatchedCall call) {
    running.add(call);
    if (cancelled) {
      call.stop(new WatchedCall.Stop.Closed());
    }
  }

  void remove(WatchedCall call) {
    running.remove(call);
  }
}
