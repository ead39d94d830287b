package dev.sandpiper.http;

import dev.sandpiper.AuthenticationException;
import dev.sandpiper.Failure;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.PlatformException;
import dev.sandpiper.SandboxException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The errors of a platform's REST API. The status decides; the body, which may be JSON, a gateway's
 * page, text or nothing, only explains.
 *
 * @param messages fields that may hold the message, the best first
 * @param codes fields that may hold the platform's code, the best first
 * @param invalid statuses that mean that the request itself is at fault
 * @param refusals codes that say that nothing was done, whatever the status
 */
public record ApiErrors(
    List<String> messages, List<String> codes, Set<Integer> invalid, Set<String> refusals) {

  /** The error in an answer that is not a success. */
  public SandboxException of(HttpResponse response, What missing) {
    int status = response.status();
    Failure failure = failure(response);
    if (status >= 300 && status < 400) {
      return new PlatformException(
          failure.withObserved("a redirect, which is not followed; is the API URL right?"));
    }
    if (invalid.contains(status)) {
      return new InvalidRequestException(failure);
    }
    return switch (status) {
      case 401, 403 -> new AuthenticationException(failure);
      case 404 -> new NotFoundException(missing, failure);
      case 429 -> response.rateLimited(failure);
      default -> new PlatformException(failure);
    };
  }

  private Failure failure(HttpResponse response) {
    ErrorBody body = ErrorBody.of(response);
    Failure failure = response.failure(first(body, messages).orElseGet(body::described));
    String code = first(body, codes).orElse("");
    boolean repeatable = failure.retryable() || refusals.contains(code);
    return code.isEmpty() ? failure : failure.withCode(code).withRetryable(repeatable);
  }

  private static Optional<String> first(ErrorBody body, List<String> fields) {
    return fields.stream().map(body::field).flatMap(Optional::stream).findFirst();
  }
}
