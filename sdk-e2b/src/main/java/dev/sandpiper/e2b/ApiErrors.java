package dev.sandpiper.e2b;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.AuthenticationException;
import dev.sandpiper.Failure;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.PlatformException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.wire.Json;
import dev.sandpiper.wire.MalformedStreamException;
import java.io.IOException;
import java.util.Optional;

/**
 * What E2B's control plane answers, in our words. The status decides; the body, which may be JSON
 * with {@code message} and {@code error_code}, text or nothing, only explains.
 */
final class ApiErrors {
  private static final int LONGEST_BODY = 64 << 10;

  private ApiErrors() {}

  /** The error in an answer that is no success. */
  static SandboxException of(HttpResponse response, What missing) {
    JsonNode body = body(response);
    String message = body.path("message").asText("");
    Failure plain = response.failure(message.isEmpty() ? "E2B answered with an error" : message);
    String code = body.path("error_code").asText("");
    Failure failure = code.isEmpty() ? plain : plain.withCode(code);
    int status = response.status();
    if (status >= 300 && status < 400) {
      return new PlatformException(
          failure.withObserved("a redirect, which is not followed; is the API URL right?"));
    }
    return switch (status) {
      case 400 -> new InvalidRequestException(failure);
      case 401, 403 -> new AuthenticationException(failure);
      case 404 -> new NotFoundException(missing, failure);
      case 429 -> response.rateLimited(failure.observed());
      default -> new PlatformException(failure);
    };
  }

  private static JsonNode body(HttpResponse response) {
    try {
      return Json.parse(response.readStart(LONGEST_BODY));
    } catch (MalformedStreamException e) {
      return Json.object(); // text, an HTML page or nothing: the status says enough
    } catch (IOException e) {
      throw new PlatformException(response.failure("an error whose body broke off"), e);
    }
  }

  /** A text that may be missing, null or empty, which all mean the same. */
  static Optional<String> text(JsonNode json, String field) {
    String text = json.path(field).asText("");
    return json.path(field).isNull() || text.isEmpty() ? Optional.empty() : Optional.of(text);
  }
}
