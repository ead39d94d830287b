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
 * Lets the requests to one origin look for a connection one after the other, in the order in which
 * they came. On HTTP/2 a look is over in microseconds where an open connection has room, and where
 * it has none, only one request opens the next. All at once would each open a connection, put their
 * requests on the first that stands, and be refused above a limit that nobody had read yet.
 *
 * <p>An origin that has shown to speak HTTP/1.1 is not held up any more: there each request needs a
 * connection of its own.
 *
 * <p>As an interceptor it comes after those of the caller, which may take their time, and before
 * OkHttp's own.
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

  /** Waits for the call's turn to look for a connection. */
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
    // Of the call's own thread.
    private long since;
    private boolean kept;

    private Turn(String origin) {
      this.origin = origin;
    }

    /** From now on it outlasts the call's looking: its keeper ends it. */
    void keep() {
      kept = true;
    }

    /** Ends it if nobody keeps it: no connection was found, so that nobody's wait begins anew. */
    void endUnlessKept() {
      if (!kept) {
        leave(this, false);
      }
    }

    /**
     * Lets the next one look, because a connection was found: those behind it wait for the origin
     * anew. From any thread; idempotent.
     */
    void end() {
      leave(this, true);
    }

    /** The connection that was found speaks HTTP/1.1: nobody needs to wait here. */
    void endForAll() {
      open(origin);
    }

    /** The connection that was found speaks HTTP/2, whatever it did before. */
    void keepOrder() {
      shut(origin);
    }

    Duration lasted() {
      return Duration.ofNanos(Time.system().nanos() - since);
    }
  }
}
