package dev.sandpiper.testkit.blaxel.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.http.GoJson;
import dev.sandpiper.testkit.http.GoJson.MalformedException;
import dev.sandpiper.testkit.http.Refusal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A JSON body, parsed as by Go: unknown fields are ignored, null means absent. A value of another
 * type is a {@link MalformedException}.
 *
 * @param structure Go's name for it in its errors
 */
public record RequestBody(JsonNode tree, String structure) {
  /** Above the largest body that the platform's edge accepts. */
  private static final int MOST_BYTES = 8 * 1024 * 1024;

  /**
   * Reads the body of a request about files.
   *
   * @throws Refusal if it is too long
   */
  public static RequestBody read(Exchange exchange, String structure) throws IOException {
    byte[] bytes = exchange.body(MOST_BYTES);
    if (bytes == null) {
      throw new Refusal(
          413, "the body has more than " + MOST_BYTES + " bytes: upload the file in parts");
    }
    return parse(bytes, structure, "struct");
  }

  /**
   * Parses a body.
   *
   * @param type Go's name for its type
   */
  public static RequestBody parse(byte[] body, String structure, String type) {
    JsonNode tree = GoJson.first(body);
    if (tree.isObject() || tree.isNull()) return new RequestBody(tree, structure);
    throw new MalformedException(
        "json: cannot unmarshal " + GoJson.kind(tree) + " into Go value of type " + type);
  }

  /** A field by its name, ignoring case; null if it is absent or null. */
  private @Nullable JsonNode field(String name) {
    return GoJson.field(tree, name);
  }

  /** A field's text; empty if it is absent. */
  public String text(String field) {
    JsonNode value = field(field);
    if (value == null) return "";
    if (value.isTextual()) return value.textValue();
    throw wrongType(value, field, "string");
  }

  /** Whether a field is true; false if it is absent. */
  public boolean truth(String field) {
    JsonNode value = field(field);
    if (value == null) return false;
    if (value.isBoolean()) return value.booleanValue();
    throw wrongType(value, field, "bool");
  }

  /** A field's number; null if it is absent. */
  public @Nullable Integer number(String field) {
    JsonNode value = field(field);
    return value == null ? null : number(value, field);
  }

  private int number(JsonNode value, String field) {
    if (value.isIntegralNumber() && value.canConvertToInt()) return value.intValue();
    throw wrongType(value, field, "int");
  }

  public List<Integer> numbers(String field) {
    List<Integer> numbers = new ArrayList<>();
    JsonNode value = array(field, "[]int");
    if (value != null) value.forEach(one -> numbers.add(one.isNull() ? 0 : number(one, field)));
    return numbers;
  }

  /** A field that is an array, of this type; null if it is absent. */
  public @Nullable JsonNode array(String field, String type) {
    JsonNode value = field(field);
    if (value == null || value.isArray()) return value;
    throw wrongType(value, field, type);
  }

  public Map<String, String> texts(String field) {
    Map<String, String> texts = new LinkedHashMap<>();
    JsonNode value = field(field);
    if (value == null) return texts;
    if (!value.isObject()) throw wrongType(value, field, "map[string]string");
    for (Map.Entry<String, JsonNode> entry : value.properties()) {
      JsonNode text = entry.getValue();
      if (!text.isTextual() && !text.isNull()) throw wrongType(text, field, "string");
      texts.put(entry.getKey(), text.isNull() ? "" : text.textValue());
    }
    return texts;
  }

  /** The message includes a number if an integer is expected. */
  private MalformedException wrongType(JsonNode value, String field, String type) {
    String found = GoJson.kind(value);
    if (type.equals("int") && value.isNumber()) found += " " + value.asText();
    return new MalformedException(
        "json: cannot unmarshal "
            + found
            + " into Go struct field "
            + structure
            + "."
            + field
            + " of type "
            + type);
  }
}
