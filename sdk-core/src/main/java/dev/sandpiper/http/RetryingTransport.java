package dev.sandpiper.http;

import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.SandboxException;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.function.DoubleSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends a request again where that is certain to do nothing twice: when no byte of it has left, or
 * when the peer says that it has not looked at it, or when its operation is harmless and the
 * failure looks like a passing one. At most three attempts; ten where all were refused unseen.
 *
 * @param jitter from 0 to 1
 */
record RetryingTransport(HttpTransport next, Pause pause, DoubleSupplier jitter)
    implements HttpTransport {
  private static final Logger log = LoggerFactory.getLogger(HttpTransport.class);
  private static final int ATTEMPTS = 3;
  private static final int ATTEMPTS_IF_REFUSED = 10;
  private static final int MOST_DOUBLINGS = 3;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
  private static final Set<Integer> PASSING = Set.of(429, 502, 503, 504);

  /** Waits. Replaced in tests. */
  @FunctionalInterface
  interface Pause {
    void sleep(Duration duration, HttpRequest request);
  }

  @Override
  public HttpResponse send(HttpRequest request) {
    for (int attempt = 1; ; attempt++) {
      Duration wait = backoff(attempt);
      try {
        HttpResponse response = next.send(request);
        if (attempt >= ATTEMPTS || !isPassing(request, response)) {
          return response;
        }
        wait = response.retryAfter().orElse(wait);
        if (wait.compareTo(LONGEST_PAUSE) > 0 || !hasTimeFor(wait, request)) {
          return response;
        }
        log.warn("{}: status {}, trying again in {}", request, response.status(), wait);
        response.close();
      } catch (ConnectionLostException | DeadlineExceededException e) {
        if (attempt >= attemptsAfter(e) || !mayRepeat(request, e) || !hasTimeFor(wait, request)) {
          throw e;
        }
        log.warn("{}: {}, trying again in {}", request, e.getClass().getSimpleName(), wait);
      }
      pause.sleep(wait, request);
    }
  }

  private static boolean hasTimeFor(Duration wait, HttpRequest request) {
    return request.scope().left().compareTo(wait) > 0;
  }

  private static int attemptsAfter(SandboxException failure) {
    boolean refused = failure.getCause() instanceof IOException cause && Refusal.is(cause);
    return refused ? ATTEMPTS_IF_REFUSED : ATTEMPTS;
  }

  private static boolean isPassing(HttpRequest request, HttpResponse response) {
    return request.outlastsRefusals()
        && hasBodyForAll(request)
        && PASSING.contains(response.status());
  }

  /** What was never sent needs no repeatable body: nobody has opened it yet. */
  private static boolean mayRepeat(HttpRequest request, SandboxException failure) {
    boolean neverSent = failure.retryable() && !request.isHarmless();
    return !tookItsTime(failure) && (neverSent || (failure.retryable() && hasBodyForAll(request)));
  }

  /** Who waited for a whole answer limit would not thank us for two more. */
  private static boolean tookItsTime(SandboxException failure) {
    return failure instanceof DeadlineExceededException exceeded
        && exceeded.limit() != DeadlineExceededException.Limit.CONNECT;
  }

  private static boolean hasBodyForAll(HttpRequest request) {
    HttpBody body = request.body();
    return body == null || body.isRepeatable();
  }

  private Duration backoff(int attempt) {
    double factor =
        Math.pow(2, Math.min(attempt - 1, MOST_DOUBLINGS)) * (0.5 + jitter.getAsDouble());
    return Duration.ofMillis((long) (FIRST_PAUSE.toMillis() * factor));
  }
}
