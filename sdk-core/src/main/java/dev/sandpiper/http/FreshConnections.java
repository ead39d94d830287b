package dev.sandpiper.http;

import dev.sandpiper.CancelledException;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.Future;
import okhttp3.Connection;
import org.jspecify.annotations.Nullable;

/**
 * Keeps an HTTP/2 connection that has just been opened for the call that opened it, until the
 * peer's stream limit is known: before, OkHttp takes it for infinite. The limit has been read when
 * an answer begins, and is applied by two other threads a moment later; OkHttp tells neither. Who
 * is slow to answer is not waited for: after as long as connecting took, which is a round trip or
 * more, the limit should have come, and where it has not, a refusal does no harm.
 */
final class FreshConnections {
  /** A wake-up more than OkHttp needs to apply a limit: on a busy machine each takes its time. */
  private static final int WAKE_UPS = 3;

  private static final Duration WAKE_UP = Duration.ofMillis(3);
  private static final Duration SHORTEST_GRACE = Duration.ofMillis(100);
  private static final Duration LONGEST_GRACE = Duration.ofSeconds(10);

  private final Timers timers;
  private final Map<Connection, SignalOnce> usable = new WeakHashMap<>(); // guarded by this

  FreshConnections(Timers timers) {
    this.timers = timers;
  }

  /**
   * A call begins to use a connection. It settles it when an answer has begun, or none will.
   *
   * @param turn the call's, which ends when the next one may look for a connection
   * @throws CrowdedException if another call has opened the connection, and not settled it
   */
  Settling use(Connection connection, ConnectTurns.Turn turn) throws IOException {
    SignalOnce fresh = new SignalOnce();
    SignalOnce known = putIfAbsent(connection, fresh);
    if (known == null) {
      turn.keep();
      Settling settling = new Settling(fresh, turn);
      settling.openIn(within(SHORTEST_GRACE, LONGEST_GRACE, settling.connecting));
      return settling;
    }
    turn.end();
    if (!known.hasCome()) {
      throw new CrowdedException(known);
    }
    return new Settling(known, turn);
  }

  private synchronized @Nullable SignalOnce putIfAbsent(Connection connection, SignalOnce fresh) {
    return usable.putIfAbsent(connection, fresh);
  }

  private static Duration within(Duration least, Duration most, Duration wanted) {
    if (wanted.compareTo(least) < 0) {
      return least;
    }
    return wanted.compareTo(most) > 0 ? most : wanted;
  }

  /** What a call knows of its connection until others may use it too. */
  final class Settling {
    private final SignalOnce usable;
    private final ConnectTurns.Turn turn;
    private final Duration connecting;
    private volatile @Nullable Future<?> timer;

    private Settling(SignalOnce usable, ConnectTurns.Turn turn) {
      this.usable = usable;
      this.turn = turn;
      this.connecting = turn.lasted();
    }

    private void openIn(Duration time) {
      timer = in(time, this::open);
    }

    private void openAfter(int wakeUps) {
      if (wakeUps == 0) {
        open();
      } else {
        timer = in(WAKE_UP, () -> openAfter(wakeUps - 1));
      }
    }

    private @Nullable Future<?> in(Duration time, Runnable task) {
      try {
        return timers.in(time, task);
      } catch (CancelledException e) {
        open(); // the client was closed, and its calls are stopped
        return null;
      }
    }

    /** An answer has begun, or none will: now others may use the connection. */
    void settle() {
      if (usable.hasCome()) {
        return;
      }
      Future<?> grace = timer;
      if (grace != null) {
        grace.cancel(false);
      }
      openAfter(WAKE_UPS);
    }

    private void open() {
      usable.come();
      turn.end();
    }
  }
}
