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
 * Reserves a new HTTP/2 connection for the call that opened it until the peer's stream limit is
 * known; before that, OkHttp assumes that there is no limit. OkHttp has read the limit by the time
 * a response begins, and two other threads apply it shortly after, but it reports neither. A slow
 * response is not waited for: after as long again as connecting took, which is at least one round
 * trip, the limit should have arrived. If it has not, requests above it are refused and retried,
 * which does no harm.
 */
final class FreshConnections {
  /**
   * One more thread hand-over than OkHttp needs to apply a limit; on a busy machine each takes a
   * while.
   */
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
   * Called when a call begins to use a connection. The call settles it when a response has begun,
   * or has failed.
   *
   * @param turn the call's turn, which is ended when the next call may acquire a connection
   * @throws CrowdedException if another call opened the connection and has not settled it yet
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

  /** A call's use of a connection, until other calls may use it too. */
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
        open(); // the timers are closed with the client: do not keep other calls waiting
        return null;
      }
    }

    /** A response has begun or failed: soon after, other calls may use the connection. */
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
