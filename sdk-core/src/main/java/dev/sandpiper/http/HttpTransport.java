package dev.sandpiper.http;

import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.WireFormatException;
import java.util.function.Function;

/**
 * Through here goes every request.
 *
 * <p>{@link #send} blocks until the head of the answer is there and hands it over whatever its
 * status: what a status means is the caller's business. It may be called from any thread, many at a
 * time; none waits for another, however many streams are open.
 *
 * <p>Every failure is a {@link dev.sandpiper.SandboxException} that says whether the same request
 * may be sent again ({@code retryable()}): true only if it is certain that the peer processed
 * nothing, or if the request does no harm twice. Nothing is repeated silently below this interface.
 * An interrupted caller gets a {@link dev.sandpiper.CancelledException} with its flag set.
 */
@FunctionalInterface
public interface HttpTransport {

  /** Sends a request. The caller closes the response. */
  HttpResponse send(HttpRequest request);

  /**
   * Sends a request and reads its answer. One that is cut off, or garbled so that it cannot be
   * parsed, is asked for once more over another connection, where the request does no harm twice.
   *
   * @param read also for an answer that is an error
   */
  default <T> T ask(HttpRequest request, Function<HttpResponse, T> read) {
    SandboxException unread;
    try (HttpResponse response = send(request)) {
      try {
        return read.apply(response);
      } catch (WireFormatException | ConnectionLostException e) {
        if (!request.isHarmless() || !RetryingTransport.isGarbled(e)) {
          throw e;
        }
        unread = e;
      }
    }
    try (HttpResponse response = send(request.after(unread))) {
      return read.apply(response);
    }
  }
}
