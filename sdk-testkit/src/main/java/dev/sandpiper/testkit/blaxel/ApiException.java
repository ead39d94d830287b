package dev.sandpiper.testkit.blaxel;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.testkit.http.GoJson;
import java.time.Instant;

/** The control plane rejects a request, with the status and the body of the response. */
final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int status;
  private final transient ObjectNode body;

  private ApiException(int status, ObjectNode body) {
    super(body.path("message").asText());
    this.status = status;
    this.body = body;
  }

  /** An error in the usual form. */
  static ApiException of(int status, String message) {
    return new ApiException(
        status, GoJson.object().put("code", status).put("error", message).put("message", message));
  }

  static ApiException notFound(String name) {
    return of(404, "Sandbox " + name + " not found");
  }

  /** An error in the form of {@code POST /sandboxes}. */
  static ApiException ofCreation(int status, String code, String name, String message) {
    return new ApiException(
        status,
        GoJson.object()
            .put("code", code)
            .put("message", message)
            .put("status_code", status)
            .put("step", "validation")
            .put("sandbox_name", name)
            .put("timestamp", Instant.now().toString()));
  }

  static ApiException beingCreated(String name) {
    ApiException exception =
        ofCreation(409, "SANDBOX_ALREADY_EXISTS", name, "Sandbox " + name + " is being created");
    exception.body.put("reason", "CREATION_IN_PROGRESS");
    return exception;
  }

  static ApiException unknownVersion(String version) {
    return new ApiException(
        400,
        GoJson.object()
            .put("error", "invalid_api_version")
            .put("message", "unknown API version " + version));
  }

  int status() {
    return status;
  }

  ObjectNode body() {
    return body;
  }
}
