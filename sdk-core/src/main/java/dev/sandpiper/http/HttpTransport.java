package dev.sandpiper.http;

import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.WireFormatException;
import java.util.function.Function;

/**
 * The one interface through which every request passes.
 *
 * <p>{@link #send} blocks until the response headers have arrived and returns the response whatever
 * its status; the caller interprets it. Any number of threads may call it concurrently; calls do
 * not wait for each other, however many streams are open.
 *
 * <p>Every failure is a {@link dev.sandpiper.SandboxException} that says whether the same request
 * may be retried ({@code retryable()}): true only if it is certain that the peer processed nothing,
 * or if the request is idempotent. Nothing is retried silently below this interface. An interrupted
 * caller gets a {@link dev.sandpiper.CancelledException} with its flag set.
 */
@FunctionalInterface
public interface HttpTransport {

  /** Sends a request. The caller closes the response. */
  HttpResponse send(HttpRequest request);

  /**
   * Sends a request and reads its response. If the response is truncated or cannot be parsed, and
   * the request is idempotent, it is retried once on another connection.
   *
   * @param read reads error responses too
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
