package dev.sandpiper.blaxel.server;

import dev.sandpiper.RetryDecision.Verdict;
import dev.sandpiper.http.Backoff;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.http.HttpTransport;
import dev.sandpiper.http.Retries;
import dev.sandpiper.http.Time;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for a sandbox that is not ready: Blaxel's gateway responds with 404 and the code {@code
 * WORKLOAD_UNAVAILABLE} while it wakes, is deployed or is not known everywhere yet. Such a request
 * has not reached it, so it is sent again, for a limited time.
 */
public record WakingTransport(HttpTransport next, Waits waits, Retries retries, Time time)
    implements HttpTransport {
  private static final Logger log = LoggerFactory.getLogger(WakingTransport.class);

  @Override
  public HttpResponse send(HttpRequest request) {
    Backoff backoff = waits.within(waits.waking(), CallScope.open(time));
    for (int attempt = 1; ; attempt++) {
      HttpResponse response = next.send(request);
      if (!SandboxErrors.isWaking(response)) {
        return response;
      }
      Duration pause = backoff.next();
      if (!retries.tell(request, attempt, response, verdict(request, backoff), pause)) {
        return response;
      }
      response.close();
      log.debug("{}: the sandbox is not ready yet, retrying in {}", request, pause);
      // The request has not reached the sandbox.
      request.scope().sleep(time, pause, request.failure("").withRetryable(true));
    }
  }

  private static Verdict verdict(HttpRequest request, Backoff backoff) {
    if (!request.hasBodyForAll()) {
      return Verdict.BODY_READ_ONCE;
    }
    return backoff.hasTime() ? Verdict.REPEATED : Verdict.NO_TIME_LEFT;
  }
}
