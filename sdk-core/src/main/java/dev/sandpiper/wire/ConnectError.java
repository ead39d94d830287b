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
 * An error of the Connect protocol: a JSON object in the body of a unary response or in the
 * end-of-stream message.
 *
 * @param code derived from the HTTP status if the error itself has no usable code
 * @param message the server's message, which may be empty
 * @param details further messages, in order
 * @param explicit true if the server itself sent the code
 * @see <a href="https://connectrpc.com/docs/protocol/#error-end-stream">Connect errors</a>
 */
public record ConnectError(
    ConnectCode code, String message, List<Detail> details, boolean explicit) {
  private static final int LONGEST_TEXT = 2_000;

  /** One detail: the full name of a message type and the encoded message. */
  public record Detail(String type, okio.ByteString value) {}

  public ConnectError {
    details = List.copyOf(details);
  }

  /**
   * The error in a unary response whose status is not 200. A body that is not a Connect error (a
   * gateway's page, plain text, empty) becomes the message, and the code is the protocol's for that
   * status.
   */
  public static ConnectError ofResponse(int status, @Nullable String contentType, byte[] body) {
    ConnectCode fallback = ConnectCode.ofHttpStatus(status);
    if (mediaType(contentType).equals("application/json") && body.length > 0) {
      try {
        return of(Json.parse(body), fallback);
      } catch (MalformedStreamException e) {
        return local(fallback, "the error body is not JSON");
      }
    }
    return local(fallback, text(contentType, body));
  }

  /**
   * The error in the headers of a response whose status is 200, before its body is read: it has
   * another content type than was requested, or an encoding that was not offered.
   *
   * @param type the requested content type, such as {@code application/proto}
   * @param encoding the encoding of the body or of the stream's messages; null if there is none
   */
  public static Optional<ConnectError> ofHead(
      String type, @Nullable String contentType, @Nullable String encoding) {
    String actual = mediaType(contentType);
    if (!actual.equals(type)) {
      String message = "expected a response of type " + type + " but got '" + actual + "'";
      return Optional.of(local(isConnect(type, actual) ? INTERNAL : UNKNOWN, message));
    }
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      return Optional.of(
          local(INTERNAL, "the response is encoded as " + encoding + ", which was not offered"));
    }
    return Optional.empty();
  }

  /** True if it is the content type of the other codec: then the server at least speaks Connect. */
  private static boolean isConnect(String type, String actual) {
    int codec = Math.max(type.lastIndexOf('/'), type.lastIndexOf('+')) + 1;
    return actual.startsWith(type.substring(0, codec));
  }

  private static ConnectError local(ConnectCode code, String message) {
    return new ConnectError(code, message, List.of(), false);
  }

  /** Parses an error from {@code json}; missing parts get defaults. */
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
      return Optional.empty(); // details are optional: an invalid one is skipped
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
      return "a body without a content type";
    }
    if (contentType.startsWith("text/plain")) {
      return new String(body, 0, Math.min(body.length, LONGEST_TEXT), UTF_8).strip();
    }
    return "a body of type " + contentType;
  }
}
