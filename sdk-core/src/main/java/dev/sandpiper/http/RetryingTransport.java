package dev.sandpiper.http;

import dev.sandpiper.ConnectFailedException;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.RetryDecision.Verdict;
import dev.sandpiper.RetryOptions;
import dev.sandpiper.SandboxException;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.wire.MalformedStreamException;
import java.io.IOException;
import java.net.ProtocolException;
import java.time.Duration;
import java.util.function.DoubleSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Retries requests that are certain not to take effect twice: no byte was sent, the peer says that
 * it did not process the request, or the rule of its {@link ApiCall} allows it.
 *
 * @param jitter supplies random values from 0 to 1
 */
record RetryingTransport(HttpTransport next, Retries retries, Pause pause, DoubleSupplier jitter)
    implements HttpTransport {
  private static final Logger log = LoggerFactory.getLogger(HttpTransport.class);
  private static final int ATTEMPTS_IF_REFUSED = 10;
  private static final int MOST_DOUBLINGS = 3;

  /** Sleeps; replaced in tests. */
  @FunctionalInterface
  interface Pause {
    void sleep(Duration duration, HttpRequest request);
  }

  @Override
  public HttpResponse send(HttpRequest request) {
    SandboxException unread = request.terms().unread();
    if (unread != null) {
      waitBefore(request, unread);
    }
    for (int attempt = unread == null ? 1 : 2; ; attempt++) {
      Duration wait = backoff(attempt);
      try {
        HttpResponse response = next.send(request);
        if (request.isHarmless()) {
          response.awaitDocument();
        }
        boolean repeats = request.call().isRepeatedAfter(response);
        boolean isDecision = ApiCall.PASSING.contains(response.status());
        if (!repeats && (!isDecision || request.call().isRepeatedBySender())) {
          return response;
        }
        wait = response.retryAfter().orElse(wait);
        Verdict verdict = repeats ? verdict(request, attempt, wait) : Verdict.NOT_REPEATABLE;
        if (!retries.tell(request, attempt, response, verdict, wait)) {
          return response;
        }
        log.warn("{}: status {}, retrying in {}", request, response.status(), wait);
        response.close();
      } catch (ConnectionLostException | DeadlineExceededException | WireFormatException e) {
        if (e instanceof WireFormatException && !isGarbled(e)) {
          throw e;
        }
        Verdict verdict = verdict(request, attempt, e, wait);
        if (verdict == Verdict.NOT_REPEATABLE && request.call().isRepeatedBySender()) {
          throw e;
        }
        if (!retries.tell(request, attempt, e, verdict, wait)) {
          throw e;
        }
        log.warn("{}: {}, retrying in {}", request, e.getClass().getSimpleName(), wait);
      }
      pause.sleep(wait, request);
    }
  }

  private void waitBefore(HttpRequest again, SandboxException unread) {
    Duration wait = backoff(1);
    if (!retries.tell(again, 1, unread, verdict(again, 1, unread, wait), wait)) {
      throw unread;
    }
    log.warn("{}: {}, retrying in {}", again, unread.getMessage(), wait);
    pause.sleep(wait, again);
  }

  private Verdict verdict(HttpRequest request, int attempt, Duration wait) {
    if (!request.hasBodyForAll()) {
      return Verdict.BODY_READ_ONCE;
    }
    boolean isTooLong = wait.compareTo(options().longestPause()) > 0;
    Verdict inTime = inTime(request, attempt, options().attempts(), wait);
    return inTime == Verdict.REPEATED && isTooLong ? Verdict.RETRY_AFTER_TOO_LONG : inTime;
  }

  private Verdict verdict(
      HttpRequest request, int attempt, SandboxException failure, Duration wait) {
    boolean isUnseen = isRefused(failure) || isUnconnected(failure);
    if (!request.isHarmless() && !isUnseen) {
      return Verdict.NOT_REPEATABLE;
    }
    if (tookItsTime(failure)) {
      return Verdict.NO_TIME_LEFT;
    }
    // Without a connection the body was not read yet; after a refusal, retryable() says whether it
    // can be read again.
    boolean hasBody = isUnseen ? failure.retryable() : request.hasBodyForAll();
    if (!hasBody) {
      return Verdict.BODY_READ_ONCE;
    }
    return inTime(request, attempt, attemptsAfter(failure), wait);
  }

  private static Verdict inTime(HttpRequest request, int attempt, int attempts, Duration wait) {
    if (attempt >= attempts) {
      return Verdict.ATTEMPTS_USED_UP;
    }
    boolean hasTime = request.scope().left().compareTo(wait) > 0;
    return hasTime ? Verdict.REPEATED : Verdict.NO_TIME_LEFT;
  }

  private int attemptsAfter(SandboxException failure) {
    int attempts = options().attempts();
    return isRefused(failure) && attempts > 1 ? Math.max(attempts, ATTEMPTS_IF_REFUSED) : attempts;
  }

  /** True if the response was truncated or corrupted on the way, as far as can be detected. */
  static boolean isGarbled(SandboxException failure) {
    return failure instanceof ConnectionLostException
        || failure.getCause() instanceof MalformedStreamException
        || failure.getCause() instanceof ProtocolException;
  }

  private static boolean isRefused(SandboxException failure) {
    return failure.getCause() instanceof IOException cause && Refusal.is(cause);
  }

  private static boolean isUnconnected(SandboxException failure) {
    return failure instanceof ConnectFailedException
        || (failure instanceof DeadlineExceededException exceeded
            && exceeded.limit() == DeadlineExceededException.Limit.CONNECT);
  }

  /** A caller that has waited for a full response limit should not have to wait for two more. */
  private static boolean tookItsTime(SandboxException failure) {
    return failure instanceof DeadlineExceededException && !isUnconnected(failure);
  }

  private RetryOptions options() {
    return retries.options();
  }

  private Duration backoff(int attempt) {
    double factor =
        Math.pow(2, Math.min(attempt - 1, MOST_DOUBLINGS)) * (0.5 + jitter.getAsDouble());
    Duration pause = Duration.ofMillis((long) (options().firstPause().toMillis() * factor));
    Duration longest = options().longestPause();
    return pause.compareTo(longest) > 0 ? longest : pause;
  }
}
