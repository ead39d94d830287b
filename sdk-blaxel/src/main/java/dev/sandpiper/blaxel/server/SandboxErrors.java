package dev.sandpiper.blaxel.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.AuthenticationException;
import dev.sandpiper.Failure;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.PlatformException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxNotRunningException;
import dev.sandpiper.http.ErrorBody;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.wire.Json;
import dev.sandpiper.wire.MalformedStreamException;
import java.io.IOException;
import okio.BufferedSource;

/**
 * Error responses from a sandbox's address. They have three sources: the gateway in front of the
 * sandbox (an {@code error} object), the server inside (an {@code error} text) and proxies in
 * between (a page). A 404 means that a sandbox has ended only if it is the gateway's.
 */
public final class SandboxErrors {
  private static final int LONGEST_ANSWER = 32 << 20;
  private static final String UNAVAILABLE = "WORKLOAD_UNAVAILABLE";
  private static final String CODE_HEADER = "X-Blaxel-Error-Code";

  private SandboxErrors() {}

  /**
   * True for the gateway's response for a sandbox that is not ready yet. Does not consume the body.
   */
  static boolean isWaking(HttpResponse response) {
    if (response.status() != 404) {
      return false;
    }
    if (UNAVAILABLE.equals(response.header(CODE_HEADER))) {
      return true;
    }
    try {
      BufferedSource source = response.source();
      source.request(4096);
      long there = Math.min(4096, source.getBuffer().size());
      JsonNode error = ErrorBody.of(source.peek().readUtf8(there)).json().path("error");
      return error.path("code").asText("").equals(UNAVAILABLE);
    } catch (IOException e) {
      return false; // reading the body will fail in the same way
    }
  }

  /**
   * The document in a response, without the stray lines that the server may write in front of it.
   */
  public static JsonNode json(HttpResponse response) {
    try {
      return Json.parse(StrayLines.strip(response.bytes(LONGEST_ANSWER)));
    } catch (MalformedStreamException e) {
      throw response.unreadable(e);
    }
  }

  /** The exception for an unsuccessful response. */
  public static SandboxException of(HttpResponse response, What missing) {
    String text = ErrorBody.of(response).text();
    text = new String(StrayLines.strip(text.getBytes(UTF_8)), UTF_8);
    boolean isEvent = String.valueOf(response.contentType()).startsWith("text/event-stream");
    ErrorBody body = ErrorBody.of(isEvent ? dataOf(text) : text);
    JsonNode error = body.json().path("error");
    if (error.isObject()) {
      return ofGateway(response, error);
    }
    if (error.isTextual()) {
      return ofServer(response, error.asText(), missing);
    }
    return ofWhateverElse(response, body);
  }

  /** An error may be sent as an event; its data is the document. */
  private static String dataOf(String events) {
    StringBuilder data = new StringBuilder();
    for (String line : events.split("\r\n|\n|\r", -1)) {
      if (line.startsWith("data:")) {
        data.append(line, 5, line.length()).append('\n');
      }
    }
    return data.toString();
  }

  private static SandboxException ofGateway(HttpResponse response, JsonNode error) {
    String code = error.path("code").asText("");
    Failure plain =
        response.failure(error.path("message").asText("Blaxel's gateway responded with an error"));
    Failure failure = code.isEmpty() ? plain : plain.withCode(code);
    return switch (code) {
      case "WORKLOAD_NOT_FOUND", "WORKSPACE_NOT_FOUND" ->
          new SandboxNotRunningException(failure, null, null);
      case UNAVAILABLE -> new PlatformException(failure.withRetryable(true));
      case "AUTHENTICATION_REQUIRED", "AUTHENTICATION_FAILED", "FORBIDDEN" ->
          new AuthenticationException(failure);
      case "BAD_REQUEST", "REQUEST_ENTITY_TOO_LARGE" -> new InvalidRequestException(failure);
      default -> ofStatus(response, failure);
    };
  }

  private static SandboxException ofStatus(HttpResponse response, Failure failure) {
    return switch (response.status()) {
      case 401, 403 -> new AuthenticationException(failure);
      case 413 -> new InvalidRequestException(failure);
      case 429 -> response.rateLimited(failure);
      default -> new PlatformException(failure);
    };
  }

  private static SandboxException ofServer(HttpResponse response, String text, What missing) {
    return ofServer(response.failure(text), response.status(), missing);
  }

  /** The exception for an error of the server inside the sandbox. */
  static SandboxException ofServer(Failure said, int status, What missing) {
    Failure failure = said.withObserved(withoutCommand(said.observed()));
    return switch (status) {
      case 400, 413, 422 -> new InvalidRequestException(failure);
      case 401, 403 -> new AuthenticationException(failure);
      case 404 -> new NotFoundException(missing, failure);
      default -> new PlatformException(failure);
    };
  }

  /**
   * The error of a failed start repeats the whole command, with secrets; the reason comes after it.
   */
  public static String withoutCommand(String text) {
    int command = text.indexOf("could not execute command '");
    int reason = text.lastIndexOf("' because ");
    return command < 0
        ? text
        : text.substring(0, command)
            + "it could not be executed"
            + (reason < 0 ? "" : text.substring(reason + 1));
  }

  private static SandboxException ofWhateverElse(HttpResponse response, ErrorBody body) {
    int status = response.status();
    if (status >= 300 && status < 400) {
      return new PlatformException(
          response.failure("redirect, which is not followed; check the sandbox's URL"));
    }
    String observed = status == 404 ? "the sandbox's server does not know this request: " : "";
    return ofStatus(response, response.failure(observed + body.described()));
  }
}
