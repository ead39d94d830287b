package dev.sandpiper.testkit.blaxel;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.machine.ExactPath;
import java.io.IOException;

/** JSON as Go's standard library reads and writes it, its complaints included. */
final class FileJson {
  /** Above the largest body that the platform's edge lets through. */
  private static final int MOST_BODY_BYTES = 8 * 1024 * 1024;

  private FileJson() {}

  static void answer(Exchange exchange, int status, JsonNode tree) throws IOException {
    exchange.set("Content-Type", "application/json; charset=utf-8");
    exchange.answer(status, bytes(tree));
  }

  /** Answers that a command has been obeyed. */
  static void succeed(Exchange exchange, String named, String message) throws IOException {
    JsonNode answer = Exchange.json.createObjectNode().put("path", named).put("message", message);
    answer(exchange, 200, answer);
  }

  static byte[] bytes(JsonNode tree) {
    return escape(new String(Exchange.bytesOf(tree), UTF_8)).getBytes(UTF_8);
  }

  /** A text as it stands between quotation marks. */
  static String inside(String text) {
    try {
      String quoted = Exchange.json.writeValueAsString(ExactPath.readable(text));
      return escape(quoted.substring(1, quoted.length() - 1));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a text can always be written", e);
    }
  }

  /** What HTML would take for its own is written by number; it only ever stands in texts. */
  private static String escape(String json) {
    StringBuilder escaped = new StringBuilder(json.length() + 16);
    for (int i = 0; i < json.length(); i++) {
      char c = json.charAt(i);
      if (c == '<' || c == '>' || c == '&' || c == '\u2028' || c == '\u2029') {
        escaped.append("\\u%04x".formatted((int) c));
      } else {
        escaped.append(c);
      }
    }
    return escaped.toString();
  }

  /**
   * Reads a request's body. What stands behind the first value is not looked at.
   *
   * @throws FileRefusal with Go's words if there is no such value, or too long a one
   */
  static JsonNode body(Exchange exchange) throws IOException {
    byte[] bytes = exchange.body(MOST_BODY_BYTES);
    if (bytes == null) {
      throw new FileRefusal(
          413, "the body has more than " + MOST_BODY_BYTES + " bytes: upload the file in parts");
    }
    return read(bytes);
  }

  private static JsonNode read(byte[] bytes) throws IOException {
    String text = new String(bytes, UTF_8);
    if (text.isBlank()) throw invalid("EOF");
    try {
      JsonNode tree = Exchange.json.readTree(bytes);
      if (tree.isObject() || tree.isNull()) return tree;
      throw invalid("json: cannot unmarshal %s into Go value of type struct".formatted(kind(tree)));
    } catch (JsonEOFException e) {
      throw invalid("unexpected EOF");
    } catch (JsonProcessingException e) {
      throw invalid(complaint(bytes, e));
    }
  }

  private static FileRefusal invalid(String reason) {
    return new FileRefusal(400, "invalid request body: " + reason);
  }

  private static String complaint(byte[] bytes, JsonProcessingException e) {
    int start = 0;
    while (start < bytes.length && " \t\r\n".indexOf(bytes[start]) >= 0) start++;
    long at = e.getLocation() == null ? start : e.getLocation().getByteOffset();
    if ("{[\"-0123456789tfn".indexOf(bytes[start]) < 0) at = start;
    int character = bytes[(int) Math.max(start, Math.min(at, bytes.length - 1))] & 0xff;
    return "invalid character %s looking for beginning of value".formatted(quoted(character));
  }

  private static String quoted(int character) {
    if (character == '\'') return "'\\''";
    if (character < 0x20 || character == 0x7f) return "'\\x%02x'".formatted(character);
    return "'" + (char) character + "'";
  }

  /** A field's text; empty if it is not there. */
  static String text(JsonNode tree, String structure, String field) {
    JsonNode value = tree.path(field);
    if (value.isMissingNode() || value.isNull()) return "";
    if (value.isTextual()) return value.asText();
    throw wrongType(value, structure, field, "string");
  }

  /** Whether a field is true; false if it is not there. */
  static boolean truth(JsonNode tree, String structure, String field) {
    JsonNode value = tree.path(field);
    if (value.isMissingNode() || value.isNull()) return false;
    if (value.isBoolean()) return value.asBoolean();
    throw wrongType(value, structure, field, "bool");
  }

  static FileRefusal wrongType(JsonNode value, String structure, String field, String type) {
    return invalid(
        "json: cannot unmarshal %s into Go struct field %s.%s of type %s"
            .formatted(kind(value), structure, field, type));
  }

  private static String kind(JsonNode value) {
    return switch (value.getNodeType()) {
      case ARRAY -> "array";
      case OBJECT -> "object";
      case BOOLEAN -> "bool";
      case NUMBER -> value.isIntegralNumber() ? "number" : "number " + value.asText();
      default -> "string";
    };
  }
}
