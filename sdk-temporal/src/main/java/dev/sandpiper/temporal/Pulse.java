package dev.sandpiper.temporal;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.temporal.activity.ActivityExecutionContext;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * Sends the heartbeats of one attempt from a thread of its own: a sandbox that wakes slowly, or a
 * sink that blocks, must not look like a dead worker.
 */
final class Pulse implements AutoCloseable {
  private static final long PERIOD_MILLIS = 200;

  private final ActivityExecutionContext context;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(Pulse::thread);

  /** Null until there is something to record. */
  private volatile @Nullable Progress progress;

  /** Why no more heartbeats are sent; null as long as they are. */
  private volatile @Nullable RuntimeException end;

  /**
   * Starts immediately.
   *
   * @param last the progress recorded by an earlier attempt, which an empty heartbeat would erase
   */
  Pulse(ActivityExecutionContext context, @Nullable Progress last) {
    this.context = context;
    this.progress = last;
    Future<?> unused = timer.scheduleWithFixedDelay(this::beat, 0, PERIOD_MILLIS, MILLISECONDS);
  }

  private static Thread thread(Runnable beats) {
    Thread thread = new Thread(beats, "sandpiper-temporal-heartbeat");
    thread.setDaemon(true);
    return thread;
  }

  private void beat() {
    try {
      context.heartbeat(progress);
    } catch (RuntimeException e) {
      end = e;
      timer.shutdown();
    }
  }

  /**
   * Sets the progress for the next heartbeat.
   *
   * @throws io.temporal.client.ActivityCompletionException if Temporal has ended this attempt: it
   *     was cancelled, timed out, or its worker shuts down
   */
  void record(Progress reached) {
    progress = reached;
    RuntimeException reason = end;
    if (reason != null) {
      throw reason;
    }
  }

  /** Stops the heartbeats, after one in flight. */
  @Override
  public void close() {
    timer.shutdown();
  }
}
