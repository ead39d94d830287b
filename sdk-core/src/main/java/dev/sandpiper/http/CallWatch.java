package dev.sandpiper.http;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Looks every 50 ms at the calls that are open, and stops those whose waiter was interrupted (a
 * socket read does not notice by itself) or has waited past a limit. Rests while no call is open.
 */
final class CallWatch {
  private static final long INTERVAL_MILLIS = 50;

  private final ScheduledExecutorService scheduler;
  private final Set<WatchedCall> open = ConcurrentHashMap.newKeySet();
  private @Nullable ScheduledFuture<?> ticking; // guarded by this
  private volatile boolean closed;

  CallWatch(ScheduledExecutorService scheduler) {
    this.scheduler = scheduler;
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
      ticking =
          scheduler.scheduleWithFixedDelay(
              this::tick, INTERVAL_MILLIS, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
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
    long now = System.nanoTime();
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
