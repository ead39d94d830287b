package dev.sandpiper.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Map;

/**
 * Builds trees from tokens and writes them. Jackson's {@code ObjectMapper} does the same, but
 * loading its classes takes a quarter of a JVM's first call.
 *
 * <p>Recursive: the parser bounds the depth of a tree.
 */
final class JsonTrees {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private JsonTrees() {}

  /**
   * Reads the value that begins at the parser's current token, and leaves the parser at its last
   * token.
   */
  static JsonNode read(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> object(parser);
      case START_ARRAY -> array(parser);
      case VALUE_STRING -> NODES.textNode(parser.getText());
      case VALUE_NUMBER_INT -> integer(parser);
      case VALUE_NUMBER_FLOAT -> NODES.numberNode(parser.getDoubleValue());
      case VALUE_TRUE -> NODES.booleanNode(true);
      case VALUE_FALSE -> NODES.booleanNode(false);
      case VALUE_NULL -> NODES.nullNode();
      default ->
          throw new IllegalStateException("not the beginning of a value: " + parser.currentToken());
    };
  }

  private static ObjectNode object(JsonParser parser) throws IOException {
    ObjectNode object = NODES.objectNode();
    String name;
    while ((name = parser.nextFieldName()) != null) {
      parser.nextToken();
      object.set(name, read(parser));
    }
    return object;
  }

  private static ArrayNode array(JsonParser parser) throws IOException {
    ArrayNode array = NODES.arrayNode();
    while (!parser.nextToken().isStructEnd()) {
      array.add(read(parser));
    }
    return array;
  }

  private static JsonNode integer(JsonParser parser) throws IOException {
    return switch (parser.getNumberType()) {
      case INT -> NODES.numberNode(parser.getIntValue());
      case LONG -> NODES.numberNode(parser.getLongValue());
      default -> NODES.numberNode(parser.getBigIntegerValue());
    };
  }

  static void write(JsonNode node, JsonGenerator target) throws IOException {
    switch (node.getNodeType()) {
      case OBJECT -> {
        target.writeStartObject();
        for (Map.Entry<String, JsonNode> field : node.properties()) {
          target.writeFieldName(field.getKey());
          write(field.getValue(), target);
        }
        target.writeEndObject();
      }
      case ARRAY -> {
        target.writeStartArray();
        for (JsonNode element : node) {
          write(element, target);
        }
        target.writeEndArray();
      }
      case STRING -> target.writeString(node.textValue());
      case NUMBER -> writeNumber(node, target);
      case BOOLEAN -> target.writeBoolean(node.booleanValue());
      case NULL -> target.writeNull();
      default -> throw new IllegalArgumentException("not a JSON value: " + node.getNodeType());
    }
  }

  private static void writeNumber(JsonNode node, JsonGenerator target) throws IOException {
    switch (node.numberType()) {
      case INT -> target.writeNumber(node.intValue());
      case LONG -> target.writeNumber(node.longValue());
      case BIG_INTEGER -> target.writeNumber(node.bigIntegerValue());
      case FLOAT -> target.writeNumber(node.floatValue());
      case DOUBLE -> target.writeNumber(node.doubleValue());
      case BIG_DECIMAL -> target.writeNumber(node.decimalValue());
    }
  }
}
