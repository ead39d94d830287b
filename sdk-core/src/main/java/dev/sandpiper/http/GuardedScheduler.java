package dev.sandpiper.http;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Timers on the system clock, on one thread. Catches what a task throws, because the JDK's
 * scheduler silently drops a periodic task that has thrown once. After closing it rejects tasks as
 * {@link Background} does.
 */
final class GuardedScheduler implements Timers {
  private static final Logger log = LoggerFactory.getLogger(GuardedScheduler.class);

  private final ScheduledThreadPoolExecutor scheduler;

  GuardedScheduler(ThreadFactory threads) {
    scheduler =
        new ScheduledThreadPoolExecutor(
            1,
            threads,
            (task, closed) -> {
              throw Background.refused(null);
            });
    scheduler.setRemoveOnCancelPolicy(true);
  }

  @Override
  public Future<?> in(Duration delay, Runnable task) {
    return scheduler.schedule(guarded(task), Durations.nanos(delay), TimeUnit.NANOSECONDS);
  }

  @Override
  public Future<?> every(Duration pause, Runnable task) {
    long nanos = Durations.nanos(pause);
    return scheduler.scheduleWithFixedDelay(guarded(task), nanos, nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public boolean isIdle() {
    return scheduler.getQueue().isEmpty();
  }

  void close() {
    scheduler.shutdownNow();
  }

  static Runnable guarded(Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (RuntimeException | Error e) {
        log.warn("a scheduled task threw", e);
      }
    };
  }
}
