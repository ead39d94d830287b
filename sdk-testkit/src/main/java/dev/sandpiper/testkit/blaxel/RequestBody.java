package dev.sandpiper.testkit.blaxel;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.testkit.http.Exchange;
import java.io.IOException;

/**
 * A JSON body about files, read as Go does: unknown fields do not matter, null is as good as none.
 *
 * @param structure how Go calls it in its complaints
 */
record RequestBody(JsonNode tree, String structure) {
  /** Above the largest body that the platform's edge lets through. */
  private static final int MOST_BYTES = 8 * 1024 * 1024;

  /**
   * Reads a request's body.
   *
   * @throws FileRefusal with Go's words if there is no such value, or too long a one
   */
  static RequestBody read(Exchange exchange, String structure) throws IOException {
    byte[] bytes = exchange.body(MOST_BYTES);
    if (bytes == null) {
      throw new FileRefusal(
          413, "the body has more than " + MOST_BYTES + " bytes: upload the file in parts");
    }
    try {
      JsonNode tree = GoJson.first(bytes);
      if (tree.isObject() || tree.isNull()) return new RequestBody(tree, structure);
      throw invalid(
          "json: cannot unmarshal " + GoJson.kind(tree) + " into Go value of type struct");
    } catch (GoJson.MalformedException e) {
      throw invalid(String.valueOf(e.getMessage()));
    }
  }

  private static FileRefusal invalid(String reason) {
    return new FileRefusal(400, "invalid request body: " + reason);
  }

  /** A field's text; empty if it is not there. */
  String text(String field) {
    JsonNode value = GoJson.field(tree, field);
    if (value == null) return "";
    if (value.isTextual()) return value.asText();
    throw wrongType(value, field, "string");
  }

  /** Whether a field is true; false if it is not there. */
  boolean truth(String field) {
    JsonNode value = GoJson.field(tree, field);
    if (value == null) return false;
    if (value.isBoolean()) return value.asBoolean();
    throw wrongType(value, field, "bool");
  }

  FileRefusal wrongType(JsonNode value, String field, String type) {
    return invalid(
        "json: cannot unmarshal "
            + GoJson.kind(value)
            + " into Go struct field "
            + structure
            + "."
            + field
            + " of type "
            + type);
  }
}
