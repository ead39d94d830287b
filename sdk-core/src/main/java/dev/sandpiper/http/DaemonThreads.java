package dev.sandpiper.http;

import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Daemon threads and executors. */
final class DaemonThreads {
  /** The first release in which a virtual thread blocked inside OkHttp does not pin its carrier. */
  private static final int VIRTUAL_THREADS_DO_NOT_PIN = 24;

  private DaemonThreads() {}

  static ThreadFactory named(String name) {
    AtomicInteger count = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, name + "-" + count.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  /**
   * One thread for each task: virtual threads if they do not pin, or else cached daemon threads.
   */
  static ExecutorService executor() {
    if (Runtime.version().feature() >= VIRTUAL_THREADS_DO_NOT_PIN) {
      return virtual();
    }
    return new ThreadPoolExecutor(
        0, Integer.MAX_VALUE, 5, TimeUnit.SECONDS, new SynchronousQueue<>(), named("sandpiper"));
  }

  private static ExecutorService virtual() {
    try {
      return (ExecutorService)
          Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("virtual threads are not available in this JVM", e);
    }
  }
}
