package dev.sandpiper.http;

import dev.sandpiper.AuthenticationException;
import dev.sandpiper.Failure;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.PlatformException;
import dev.sandpiper.RateLimitedException;
import dev.sandpiper.RefusedException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.ServiceBusyException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Maps error responses of a platform's REST API to exceptions. The status decides the type; the
 * body, which may be JSON, a gateway's page, text or empty, only explains.
 *
 * @param messages the fields that may hold the message, in order of preference
 * @param codes the fields that may hold the platform's error code, in order of preference
 * @param invalid the statuses of an invalid request
 * @param verdicts what an error code says about the request's effect, whatever the status
 * @param repeatHeader the header that is {@code true} if nothing was done and the request may be
 *     retried; null if the platform has none
 */
public record ControlPlaneErrors(
    List<String> messages,
    List<String> codes,
    Set<Integer> invalid,
    Map<String, Verdict> verdicts,
    @Nullable String repeatHeader) {

  /** What an error code says about the effect of the request. */
  public enum Verdict {
    /** Nothing was done, and the same request may be retried. */
    NOTHING_DONE,
    /** Nothing was done, and a retry would fail too. */
    REFUSED_FOR_GOOD
  }

  /** The exception for an error response. */
  public SandboxException of(HttpResponse response, What missing) {
    int status = response.status();
    ErrorBody body = ErrorBody.of(response);
    Failure failure = failure(response, body);
    if (status >= 300 && status < 400) {
      return new PlatformException(
          failure.withObserved("redirect, which is not followed; check the API URL"));
    }
    if (verdict(failure) == Verdict.REFUSED_FOR_GOOD) {
      return new RefusedException(failure);
    }
    if (invalid.contains(status)) {
      return new InvalidRequestException(failure);
    }
    return switch (status) {
      case 401, 403 -> new AuthenticationException(failure);
      case 404 ->
          body.isForeign() || (body.isWithout(messages) && body.isWithout(codes))
              ? new PlatformException(failure.withObserved(ErrorBody.FOREIGN))
              : new NotFoundException(missing, failure);
      case 429 ->
          new RateLimitedException(
              response.withRetryAfter(failure), response.retryAfter().orElse(null));
      case 503 ->
          new ServiceBusyException(
              response.withRetryAfter(failure), response.retryAfter().orElse(null), null);
      default -> new PlatformException(failure);
    };
  }

  private Failure failure(HttpResponse response, ErrorBody body) {
    Failure failure = response.failure(first(body, messages).orElseGet(body::described));
    String code = first(body, codes).orElse("");
    Failure named = code.isEmpty() ? failure : failure.withCode(code);
    return named.withRetryable(isRepeatable(response, named));
  }

  private boolean isRepeatable(HttpResponse response, Failure failure) {
    String word = repeatHeader == null ? null : response.header(repeatHeader);
    return switch (word == null ? "" : word.strip().toLowerCase(Locale.ROOT)) {
      case "true" -> true;
      case "false" -> false;
      default ->
          failure.retryable()
              || response.status() == 429
              || verdict(failure) == Verdict.NOTHING_DONE;
    };
  }

  private @Nullable Verdict verdict(Failure failure) {
    return failure.code().map(verdicts::get).orElse(null);
  }

  private static Optional<String> first(ErrorBody body, List<String> fields) {
    return fields.stream().map(body::field).flatMap(Optional::stream).findFirst();
  }
}
