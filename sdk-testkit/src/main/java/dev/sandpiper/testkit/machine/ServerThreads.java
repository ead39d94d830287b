package dev.sandpiper.testkit.machine;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The daemon threads of one server: as many workers as block at a time, and one timer that only
 * passes tasks to them.
 */
public final class ServerThreads implements AutoCloseable {
  public static final String PREFIX = "sandpiper-local-";

  private static final Logger log = LoggerFactory.getLogger(ServerThreads.class);
  private static final Duration CLOSING = Duration.ofSeconds(10);

  private final Set<Thread> started = ConcurrentHashMap.newKeySet();
  private final ExecutorService workers = Executors.newCachedThreadPool(named("worker-"));
  private final ScheduledThreadPoolExecutor clock =
      new ScheduledThreadPoolExecutor(1, named("clock-"));

  public ServerThreads() {
    clock.setRemoveOnCancelPolicy(true);
    clock.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  private ThreadFactory named(String kind) {
    AtomicInteger count = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(() -> runAndLeave(task), PREFIX + kind + count.incrementAndGet());
      thread.setDaemon(true);
      started.add(thread);
      return thread;
    };
  }

  private void runAndLeave(Runnable task) {
    try {
      task.run();
    } finally {
      started.remove(Thread.currentThread());
    }
  }

  public void run(Runnable task) {
    workers.execute(task);
  }

  /** Runs a task on a worker once the time has passed. */
  public void later(Duration delay, Runnable task) {
    Future<?> unused = after(delay, task);
  }

  /** Runs a task on a worker once the time has passed, unless it is cancelled before. */
  public Future<?> after(Duration delay, Runnable task) {
    return clock.schedule(
        () -> workers.execute(task), Math.max(0, delay.toNanos()), TimeUnit.NANOSECONDS);
  }

  /** Runs a task on a worker periodically, until this is closed. */
  public void every(Duration pause, Runnable task) {
    Future<?> unused =
        clock.scheduleWithFixedDelay(
            () -> workers.execute(task), pause.toNanos(), pause.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Cancels scheduled tasks and waits for the workers, whose tasks must have ended by now. */
  @Override
  public void close() {
    List<Thread> ending = List.copyOf(started);
    clock.shutdown();
    workers.shutdown();
    try {
      if (!workers.awaitTermination(CLOSING.toMillis(), TimeUnit.MILLISECONDS)) {
        log.warn("workers still busy after {}: interrupting them", CLOSING);
        workers.shutdownNow();
      }
      for (Thread thread : ending) thread.join(CLOSING.toMillis());
    } catch (InterruptedException e) {
      workers.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
