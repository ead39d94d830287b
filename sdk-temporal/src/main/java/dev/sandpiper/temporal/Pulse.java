package dev.sandpiper.temporal;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.temporal.activity.ActivityExecutionContext;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * Sends the heartbeats of one attempt from a thread of its own: a sandbox that takes its time to
 * wake, or a sink that blocks, must not look like a dead worker.
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
   * Begins at once.
   *
   * @param last what an earlier attempt has recorded, which would be lost with an empty heartbeat
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
   * Has the next heartbeat say how far the command is.
   *
   * @throws io.temporal.client.ActivityCompletionException if Temporal wants no more of this
   *     attempt: it is cancelled, its time is over, or its worker shuts down
   */
  void record(Progress reached) {
    progress = reached;
    RuntimeException reason = end;
    if (reason != null) {
      throw reason;
    }
  }

  /** Sends no more, after one that is on its way. */
  @Override
  public void close() {
    timer.shutdown();
  }
}
