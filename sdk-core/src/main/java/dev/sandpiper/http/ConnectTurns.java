package dev.sandpiper.http;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.Response;

/**
 * Makes the requests to one origin acquire a connection one after the other, in order of arrival.
 * On HTTP/2 that takes microseconds if an open connection has capacity; if none has, only one
 * request opens the next. Concurrent requests would each open a connection, then all use the first
 * one established, and be refused above a stream limit that OkHttp has not read yet.
 *
 * <p>Requests to an origin known to speak HTTP/1.1 do not take turns: there each request needs a
 * connection of its own.
 *
 * <p>As an interceptor it runs after the caller's, which may be slow, and before OkHttp's own.
 */
final class ConnectTurns implements Interceptor {
  private static final int REMEMBERED = 1000;

  // Guarded by this. The first of each queue has the turn.
  private final Map<String, Deque<Turn>> queues = new HashMap<>();
  private final Map<String, Boolean> http1 =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
          return size() > REMEMBERED;
        }
      };

  /** Waits for the call's turn to acquire a connection. */
  @Override
  public Response intercept(Chain chain) throws IOException {
    WatchedCall call = WatchedCall.of(chain.call().request());
    HttpUrl url = chain.request().url();
    Turn turn = new Turn(url.scheme() + "://" + url.host() + ":" + url.port());
    queue(turn);
    try {
      turn.granted.await(call);
      turn.since = Time.system().nanos();
      call.hasTurn(turn);
      return chain.proceed(chain.request());
    } finally {
      turn.endUnlessKept();
    }
  }

  private synchronized void queue(Turn turn) {
    if (http1.get(turn.origin) != null) {
      turn.granted.come();
      return;
    }
    Deque<Turn> queue = queues.computeIfAbsent(turn.origin, origin -> new ArrayDeque<>());
    queue.add(turn);
    if (queue.size() == 1) {
      turn.granted.come();
    }
  }

  private synchronized void leave(Turn turn, boolean moved) {
    Deque<Turn> queue = queues.get(turn.origin);
    if (queue == null || !queue.remove(turn)) {
      return;
    }
    if (moved) {
      queue.forEach(waiting -> waiting.granted.comesNearer());
    }
    Turn next = queue.peek();
    if (next == null) {
      queues.remove(turn.origin);
    } else {
      next.granted.come();
    }
  }

  private synchronized void open(String origin) {
    http1.put(origin, true);
    Deque<Turn> queue = queues.remove(origin);
    if (queue != null) {
      queue.forEach(turn -> turn.granted.come());
    }
  }

  private synchronized void shut(String origin) {
    http1.remove(origin);
  }

  /** One call's place in the queue. */
  final class Turn {
    private final String origin;
    private final SignalOnce granted = new SignalOnce();
    // Used only by the call's own thread.
    private long since;
    private boolean kept;

    private Turn(String origin) {
      this.origin = origin;
    }

    /** Keeps the turn after the connection was acquired; the caller of this ends it. */
    void keep() {
      kept = true;
    }

    /**
     * Ends the turn unless it is kept. No connection was acquired, so the limits of the waiting
     * calls keep running.
     */
    void endUnlessKept() {
      if (!kept) {
        leave(this, false);
      }
    }

    /**
     * Passes the turn on after a connection was acquired, which restarts the limits of the waiting
     * calls. Idempotent; may be called from any thread.
     */
    void end() {
      leave(this, true);
    }

    /** The acquired connection speaks HTTP/1.1: requests to this origin need not wait. */
    void endForAll() {
      open(origin);
    }

    /** The acquired connection speaks HTTP/2, whatever the origin spoke before. */
    void keepOrder() {
      shut(origin);
    }

    Duration lasted() {
      return Duration.ofNanos(Time.system().nanos() - since);
    }
  }
}
