package dev.sandpiper.blaxel;

import dev.sandpiper.http.Backoff;
import dev.sandpiper.http.HttpBody;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.http.HttpTransport;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for a sandbox that is on its way: Blaxel's gateway answers 404 with the code {@code
 * WORKLOAD_UNAVAILABLE} while it wakes, is deployed or is not known everywhere yet. The request has
 * not reached it then, so it is sent again, for a limited time.
 */
record WakingTransport(HttpTransport next, Waits waits) implements HttpTransport {
  private static final Logger log = LoggerFactory.getLogger(WakingTransport.class);

  @Override
  public HttpResponse send(HttpRequest request) {
    Backoff backoff = waits.within(waits.waking());
    while (true) {
      HttpResponse response = next.send(request);
      HttpBody body = request.body();
      boolean mayRepeat = body == null || body.isRepeatable();
      if (!mayRepeat || !DataErrors.isWaking(response) || !backoff.hasTime()) {
        return response;
      }
      response.close();
      Duration pause = backoff.next();
      log.debug("{}: the sandbox is not there yet, trying again in {}", request, pause);
      // Nothing of it has reached the sandbox.
      request.scope().sleep(pause, request.failure("").withRetryable(true));
    }
  }
}
