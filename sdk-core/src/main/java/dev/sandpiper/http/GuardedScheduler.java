package dev.sandpiper.http;

import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A scheduler whose tasks may throw: that is logged, and what is repeated goes on. The JDK's own
 * drops a periodic task that has thrown once, and tells nobody. Once it is shut down, it refuses as
 * {@link Background} does.
 */
final class GuardedScheduler extends ScheduledThreadPoolExecutor {
  private static final Logger log = LoggerFactory.getLogger(GuardedScheduler.class);

  GuardedScheduler(ThreadFactory threads) {
    super(1, threads);
    setRemoveOnCancelPolicy(true);
    setRejectedExecutionHandler(
        (task, closed) -> {
          throw Background.refused(null);
        });
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
    return super.schedule(() -> runGuarded(task), delay, unit);
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable task, long initialDelay, long delay, TimeUnit unit) {
    return super.scheduleWithFixedDelay(() -> runGuarded(task), initialDelay, delay, unit);
  }

  private static void runGuarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      log.warn("a scheduled task threw", e);
    }
  }
}
