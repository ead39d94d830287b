package dev.sandpiper.wire;

import static dev.sandpiper.wire.ConnectCode.INTERNAL;
import static dev.sandpiper.wire.ConnectCode.UNKNOWN;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An error as the Connect protocol words it: a JSON object in the body of a unary answer or in the
 * end-of-stream message.
 *
 * @param code the code; of the HTTP status where the error itself has no usable one
 * @param message what the server says, which may be nothing
 * @param details further messages, in order
 * @param explicit true if the server itself named the code
 * @see <a href="https://connectrpc.com/docs/protocol/#error-end-stream">Connect errors</a>
 */
public record ConnectError(
    ConnectCode code, String message, List<Detail> details, boolean explicit) {
  private static final int LONGEST_TEXT = 2_000;

  /** One detail: the full name of a message and its bytes. */
  public record Detail(String type, okio.ByteString value) {}

  public ConnectError {
    details = List.copyOf(details);
  }

  /**
   * The error in a unary answer that is not 200. A body that is no Connect error (an edge's page,
   * plain text, nothing) becomes the message, and the code is the protocol's for that status.
   */
  public static ConnectError ofResponse(int status, @Nullable String contentType, byte[] body) {
    ConnectCode fallback = ConnectCode.ofHttpStatus(status);
    if (mediaType(contentType).equals("application/json") && body.length > 0) {
      try {
        return of(Json.parse(body), fallback);
      } catch (MalformedStreamException e) {
        return local(fallback, "an error body that is not JSON");
      }
    }
    return local(fallback, text(contentType, body));
  }

  /**
   * The error in the head of an answer whose status is 200, before a byte of its body is read: it
   * is of another type than was asked for, or in an encoding that was not offered.
   *
   * @param type what was asked for, such as {@code application/proto}
   * @param encoding of the body or of the stream's messages; null if the head names none
   */
  public static Optional<ConnectError> ofHead(
      String type, @Nullable String contentType, @Nullable String encoding) {
    String actual = mediaType(contentType);
    if (!actual.equals(type)) {
      String message = "an answer of type '" + actual + "' instead of " + type;
      return Optional.of(local(isConnect(type, actual) ? INTERNAL : UNKNOWN, message));
    }
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      return Optional.of(local(INTERNAL, "an answer in " + encoding + ", which was not offered"));
    }
    return Optional.empty();
  }

  /** True if it is what asking in another codec gives: so the server at least speaks Connect. */
  private static boolean isConnect(String type, String actual) {
    int codec = Math.max(type.lastIndexOf('/'), type.lastIndexOf('+')) + 1;
    return actual.startsWith(type.substring(0, codec));
  }

  private static ConnectError local(ConnectCode code, String message) {
    return new ConnectError(code, message, List.of(), false);
  }

  /** The error that {@code json} describes, as far as it describes one. */
  static ConnectError of(JsonNode json, ConnectCode fallback) {
    Optional<ConnectCode> code = ConnectCode.of(json.path("code").asText(""));
    if (!json.path("code").isTextual()) {
      code = Optional.empty();
    }
    String message = json.path("message").isTextual() ? json.path("message").asText() : "";
    return new ConnectError(code.orElse(fallback), message, details(json), code.isPresent());
  }

  private static List<Detail> details(JsonNode json) {
    List<Detail> details = new ArrayList<>();
    for (JsonNode detail : json.path("details")) {
      JsonNode type = detail.path("type");
      JsonNode value = detail.path("value");
      if (type.isTextual() && value.isTextual()) {
        decode(value.asText()).ifPresent(bytes -> details.add(new Detail(type.asText(), bytes)));
      }
    }
    return details;
  }

  private static Optional<okio.ByteString> decode(String base64) {
    try {
      return Optional.of(okio.ByteString.of(Base64.getDecoder().decode(base64)));
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // a detail is an extra: one that cannot be read is not a new error
    }
  }

  private static String mediaType(@Nullable String contentType) {
    return contentType == null ? "" : contentType.split(";", 2)[0].trim().toLowerCase(Locale.ROOT);
  }

  private static String text(@Nullable String contentType, byte[] body) {
    if (body.length == 0) {
      return "no body";
    }
    if (contentType == null) {
      return "an answer without a type";
    }
    if (contentType.startsWith("text/plain")) {
      return new String(body, 0, Math.min(body.length, LONGEST_TEXT), UTF_8).strip();
    }
    return "an answer of type " + contentType;
  }
}
