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
 * Reads the events of one {@code text/event-stream}, in order, and hands them to a listener on the
 * calling thread. The parsing is okhttp-sse's; what that would buffer without a limit, drop in
 * silence or stumble over is an error here, see {@link BoundedEvents}.
 *
 * <p>A stream has no last event of its own: {@link #read} returns where the body ends after a whole
 * event, and whether that is the end of what it tells is for the listener to say. Not thread-safe:
 * to free a blocked reader, cancel the call that owns the source.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">Server-sent
 *     events</a>
 * @param source is not closed here
 * @param maxEventBytes the longest line, and the longest event, that is read
 */
public record SseStreamReader(BufferedSource source, int maxEventBytes) {
  private static final MediaType EVENT_STREAM = MediaType.get("text/event-stream");
  private static final Request NOWHERE = new Request.Builder().url("http://localhost/").build();

  /** Takes the events. What it throws ends the reading, and comes out of {@link #read}. */
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

  /** okhttp-sse wants a whole response; only its body is ours. */
  private static Response response(BufferedSource body) {
    return new Response.Builder()
        .request(NOWHERE)
        .protocol(Protocol.HTTP_1_1)
        .code(200)
        .message("")
        .body(ResponseBody.create(body, EVENT_STREAM, -1))
        .build();
  }

  /** okhttp-sse catches whatever is thrown below and above it, and tells it as a failure. */
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
      failure = thrown == null ? new EOFException("the stream was given up") : thrown;
    }

    void rethrow() throws IOException {
      Throwable thrown = failure instanceof ListenerFailed ? failure.getCause() : failure;
      if (thrown instanceof IOException e) {
        throw e;
      }
      if (thrown instanceof IndexOutOfBoundsException e) {
        throw new MalformedStreamException("events that cannot be read", e);
      }
      if (thrown instanceof RuntimeException e) {
        throw e;
      }
      if (thrown != null) {
        throw new MalformedStreamException("events that cannot be read", thrown);
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
