package dev.sandpiper.wire;

import java.io.EOFException;
import java.io.IOException;
import okhttp3.MediaType;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okhttp3.sse.EventSource;
import okhttp3.sse.EventSourceListener;
import okhttp3.sse.EventSources;
import okio.BufferedSource;
import okio.Okio;
import org.jspecify.annotations.Nullable;

/**
 * Reads the events of one {@code text/event-stream}, in order, and passes them to a listener on the
 * calling thread. Parsed by okhttp-sse; events that it would buffer without a limit, drop silently
 * or fail on are errors here, see {@link BoundedEvents}.
 *
 * <p>The format has no final event: {@link #read} returns if the body ends after a complete event;
 * whether the stream is complete then is for the listener to decide. Not thread-safe: to unblock a
 * blocked reader, cancel the call that owns the source.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">Server-sent
 *     events</a>
 * @param source not closed by this class
 * @param maxEventBytes the maximum length of a line and of an event
 */
public record SseStreamReader(BufferedSource source, int maxEventBytes) {
  private static final MediaType EVENT_STREAM = MediaType.get("text/event-stream");
  private static final Request NOWHERE = new Request.Builder().url("http://localhost/").build();

  /** Receives the events. An exception ends {@link #read}, which rethrows it. */
  @FunctionalInterface
  public interface Listener {
    /**
     * One event.
     *
     * @param type its {@code event} field; null if it has none
     * @param data its {@code data} fields, joined by line feeds
     */
    void onEvent(@Nullable String type, String data) throws IOException;
  }

  /**
   * Blocks until the body ends.
   *
   * @throws EOFException if it ends inside an event, or inside a line
   * @throws MalformedStreamException if an event is too long
   */
  public void read(Listener listener) throws IOException {
    Forwarding forwarding = new Forwarding(listener);
    BufferedSource bounded = Okio.buffer(new BoundedEvents(source, maxEventBytes));
    EventSources.processResponse(response(bounded), forwarding);
    forwarding.rethrow();
  }

  /** okhttp-sse takes a whole response, of which it uses the body. */
  private static Response response(BufferedSource body) {
    return new Response.Builder()
        .request(NOWHERE)
        .protocol(Protocol.HTTP_1_1)
        .code(200)
        .message("")
        .body(ResponseBody.create(body, EVENT_STREAM, -1))
        .build();
  }

  /**
   * Keeps the failure: okhttp-sse catches the exceptions of both the source and the listener and
   * passes them to {@code onFailure}.
   */
  private static final class Forwarding extends EventSourceListener {
    private final Listener listener;
    private @Nullable Throwable failure;

    Forwarding(Listener listener) {
      this.listener = listener;
    }

    @Override
    public void onEvent(
        EventSource eventSource, @Nullable String id, @Nullable String type, String data) {
      try {
        listener.onEvent(type, data);
      } catch (IOException e) {
        throw new ListenerFailed(e);
      }
    }

    @Override
    public void onFailure(
        EventSource eventSource, @Nullable Throwable thrown, @Nullable Response response) {
      failure = thrown == null ? new EOFException("the stream was cancelled") : thrown;
    }

    void rethrow() throws IOException {
      Throwable thrown = failure instanceof ListenerFailed ? failure.getCause() : failure;
      if (thrown instanceof IOException e) {
        throw e;
      }
      // okhttp-sse throws this at an end inside a line.
      if (thrown instanceof IndexOutOfBoundsException e) {
        throw new MalformedStreamException("malformed event stream", e);
      }
      if (thrown instanceof RuntimeException e) {
        throw e;
      }
      if (thrown != null) {
        throw new MalformedStreamException("malformed event stream", thrown);
      }
    }
  }

  /** Carries a listener's checked exception through okhttp-sse. */
  private static final class ListenerFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ListenerFailed(IOException cause) {
      super(cause);
    }
  }
}
