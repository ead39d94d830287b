package dev.sandpiper.http;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Looks every 50 ms at the calls that are open, and stops those whose waiter was interrupted (a
 * socket read does not notice by itself) or has waited past a limit. Rests while no call is open.
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
      call.stop(new WatchedCall.Stop.Closed());
    }
  }

  private synchronized void watch() {
    if (ticking == null && !closed) {
      ticking = timers.every(INTERVAL, this::tick);
    }
  }

  /** Stops the calls that are open, and every later one: nobody would look at them any more. */
  void close() {
    synchronized (this) {
      closed = true;
    }
    open.forEach(call -> call.stop(new WatchedCall.Stop.Closed()));
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

  /** What one call fails with must not end the looking after all others. */
  private static void check(WatchedCall call, long now) {
    try {
      call.check(now);
    } catch (RuntimeException | Error e) {
      ForeignFailure.log("looking after a call", e);
    }
  }

  private synchronized void rest() {
    if (open.isEmpty() && ticking != null) {
      ticking.cancel(false);
      ticking = null;
    }
  }
}
