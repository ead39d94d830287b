package dev.sandpiper.blaxel;

import static java.nio.charset.StandardCharsets.UTF_8;

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
 * What Blaxel's control plane answers, in our words. The status decides; the body, which may be
 * JSON in one of two shapes, a gateway's page or nothing, only explains.
 */
final class ApiErrors {
  private static final int LONGEST_BODY = 64 << 10;

  /** Under this code a creation says that another one of the same name is on its way. */
  static final String IN_PROGRESS = "CREATION_IN_PROGRESS";

  private ApiErrors() {}

  /** The error in an answer that is no success. */
  static SandboxException of(HttpResponse response, What missing) {
    byte[] bytes = start(response);
    JsonNode body = json(bytes);
    Failure failure = failure(response, bytes, body);
    int status = response.status();
    if (status >= 300 && status < 400) {
      return new PlatformException(
          failure.withObserved("a redirect, which is not followed; is the API URL right?"));
    }
    return switch (status) {
      case 400, 409, 413, 422 -> new InvalidRequestException(failure);
      case 401, 403 -> new AuthenticationException(failure);
      case 404 -> new NotFoundException(missing, failure);
      case 429 -> response.rateLimited(failure.observed());
      default -> new PlatformException(failure);
    };
  }

  private static Failure failure(HttpResponse response, byte[] bytes, JsonNode body) {
    String message =
        text(body, "message").or(() -> text(body, "error")).orElseGet(() -> described(bytes));
    Failure failure = response.failure(message);
    Optional<String> code =
        text(body, "reason").or(() -> text(body, "code")).or(() -> text(body, "error_code"));
    return code.map(failure::withCode).orElse(failure);
  }

  /** What a body is that is none of Blaxel's errors. */
  static String described(byte[] body) {
    if (body.length == 0) {
      return "an error without a body";
    }
    String start = new String(body, 0, Math.min(body.length, 64), UTF_8).strip();
    return start.startsWith("<")
        ? "a page of a gateway in front of Blaxel, and no answer of it"
        : "an error that cannot be read";
  }

  static byte[] start(HttpResponse response) {
    try {
      return response.readStart(LONGEST_BODY);
    } catch (IOException e) {
      throw new PlatformException(response.failure("an error whose body broke off"), e);
    }
  }

  static JsonNode json(byte[] body) {
    try {
      return Json.parse(body);
    } catch (MalformedStreamException e) {
      return Json.object(); // a page, text or nothing: the status says enough
    }
  }

  /** A text that may be missing, null or empty, which all mean the same. */
  static Optional<String> text(JsonNode json, String field) {
    JsonNode value = json.path(field);
    return value.isTextual() && !value.asText().isEmpty()
        ? Optional.of(value.asText())
        : Optional.empty();
  }
}
