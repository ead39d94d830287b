package dev.sandpiper.http;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Checks the open calls every 50 ms and stops those whose waiting thread was interrupted (a socket
 * read does not notice an interrupt) or has waited past a limit. Idle while no call is open.
 */
final class CallWatch {
  private static final Duration INTERVAL = Duration.ofMillis(50);

  private final Time time;
  private final Timers timers;
  private final Set<WatchedCall> open = ConcurrentHashMap.newKeySet();
  private @Nullable Future<?> ticking; // guarded by this
  private volatile boolean closed;

  CallWatch(Time time, Timers timers) {
    this.time = time;
    this.timers = timers;
  }

  void add(WatchedCall call) {
    open.add(call);
    watch();
    if (closed) {
      call.stop(new WatchedCall.Stop.ClientClosed());
    }
  }

  private synchronized void watch() {
    if (ticking == null && !closed) {
      ticking = timers.every(INTERVAL, this::tick);
    }
  }

  /** Stops the open calls and every later one, because they are no longer checked. */
  void close() {
    synchronized (this) {
      closed = true;
    }
    open.forEach(call -> call.stop(new WatchedCall.Stop.ClientClosed()));
  }

  void remove(WatchedCall call) {
    open.remove(call);
  }

  private void tick() {
    long now = time.nanos();
    open.forEach(call -> check(call, now));
    if (open.isEmpty()) {
      rest();
    }
  }

  /** A failure of one check must not end the checks of the other calls. */
  private static void check(WatchedCall call, long now) {
    try {
      call.check(now);
    } catch (RuntimeException | Error e) {
      ForeignFailure.log("checking a call", e);
    }
  }

  private synchronized void rest() {
    if (open.isEmpty() && ticking != null) {
      ticking.cancel(false);
      ticking = null;
    }
  }
}
