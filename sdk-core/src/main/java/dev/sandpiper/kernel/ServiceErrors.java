package dev.sandpiper.kernel;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.AuthenticationException;
import dev.sandpiper.Failure;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.PlatformException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.http.ErrorBody;
import dev.sandpiper.http.HttpResponse;

/**
 * Maps the error responses of the service: a text in its own words, or JSON of its web framework,
 * whose {@code detail} repeats the request where that is not valid.
 */
public final class ServiceErrors {
  /** The framework's own words for a route that this version of the service does not have. */
  private static final String NO_ROUTE = "Not Found";

  private ServiceErrors() {}

  /** The error in an answer of the service itself. */
  public static SandboxException of(HttpResponse response, What missing) {
    ErrorBody body = ErrorBody.of(response);
    String text = observed(body);
    Failure failure = response.failure(text);
    int status = response.status();
    if (status >= 300 && status < 400) {
      return new PlatformException(
          response.failure("redirect, which is not followed; check the sandbox's URL"));
    }
    return switch (status) {
      case 400, 413, 422 -> new InvalidRequestException(failure);
      case 401, 403 -> new AuthenticationException(failure);
      case 404, 405 ->
          text.equals(NO_ROUTE) || status == 405
              ? new PlatformException(
                  failure.withObserved(
                      "the service in the sandbox does not know this request; is its image too old?"))
              : new NotFoundException(missing, failure);
      case 429 -> response.rateLimited(failure);
      default -> new PlatformException(failure);
    };
  }

  private static String observed(ErrorBody body) {
    JsonNode detail = body.json().path("detail");
    if (detail.isArray()) {
      String where = detail.path(0).path("loc").toString();
      return "the service does not accept " + where + ": " + detail.path(0).path("msg").asText("");
    }
    return body.field("detail").or(() -> body.field("message")).orElse(body.described());
  }
}
