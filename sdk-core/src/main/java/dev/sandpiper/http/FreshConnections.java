package dev.sandpiper.http;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import okhttp3.Connection;
import org.jspecify.annotations.Nullable;

/**
 * Keeps an HTTP/2 connection that has just been opened for the call that opened it, until the
 * peer's stream limit is known: before, OkHttp takes it for infinite. The limit has been read when
 * an answer begins; nothing tells earlier. Who is slow to answer is not waited for: after as long
 * as connecting took, which is two round trips or more, the limit should have come, and where it
 * has not, a refusal does no harm.
 */
final class FreshConnections {
  private static final Duration SHORTEST_GRACE = Duration.ofMillis(100);
  private static final Duration LONGEST_GRACE = Duration.ofSeconds(1);

  private final ScheduledExecutorService scheduler;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Connection, Moment> usable = new WeakHashMap<>(); // guarded by lock

  FreshConnections(ScheduledExecutorService scheduler) {
    this.scheduler = scheduler;
  }

  /**
   * A call begins to use a connection. It settles it when an answer has begun, or none will.
   *
   * @param turn the call's, which ends when the next one may look for a connection
   * @throws CrowdedException if another call has opened the connection, and not settled it
   */
  Settling use(Connection connection, Origins.Turn turn) throws IOException {
    Moment fresh = new Moment();
    Moment known = putIfAbsent(connection, fresh);
    if (known == null) {
      Settling settling = new Settling(fresh, turn);
      settling.settleWithin(grace(turn));
      return settling;
    }
    turn.end();
    if (!known.hasCome()) {
      throw new CrowdedException(known);
    }
    return new Settling(known, turn);
  }

  private @Nullable Moment putIfAbsent(Connection connection, Moment fresh) {
    lock.lock();
    try {
      return usable.putIfAbsent(connection, fresh);
    } finally {
      lock.unlock();
    }
  }

  private static Duration grace(Origins.Turn turn) {
    Duration connecting = turn.lasted();
    if (connecting.compareTo(SHORTEST_GRACE) < 0) {
      return SHORTEST_GRACE;
    }
    return connecting.compareTo(LONGEST_GRACE) > 0 ? LONGEST_GRACE : connecting;
  }

  /** What a call knows of its connection until others may use it too. */
  final class Settling {
    private final Moment usable;
    private final Origins.Turn turn;
    private @Nullable Future<?> timer; // of the call's own thread

    private Settling(Moment usable, Origins.Turn turn) {
      this.usable = usable;
      this.turn = turn;
    }

    private void settleWithin(Duration grace) throws IOException {
      try {
        timer = scheduler.schedule(this::open, grace.toNanos(), TimeUnit.NANOSECONDS);
      } catch (RejectedExecutionException e) {
        open();
        throw new IOException("the client was closed", e);
      }
    }

    /** From now on others may use the connection. Idempotent. */
    void settle() {
      if (timer != null) {
        timer.cancel(false);
      }
      open();
    }

    private void open() {
      usable.come();
      turn.end();
    }
  }
}
