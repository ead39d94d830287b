package dev.sandpiper.e2b.connect;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import dev.sandpiper.wire.Json;
import java.time.Instant;
import java.util.Base64;
import java.util.List;

/**
 * Writes protobuf messages as JSON: fields in the order of their numbers, under their
 * lowerCamelCase names; fields with their default value are omitted unless they have presence.
 * Supports the field types of E2B's messages, which excludes floating point.
 *
 * @see JsonToMessage
 * @see <a href="https://protobuf.dev/programming-guides/json/">ProtoJSON</a>
 */
final class MessageToJson {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private MessageToJson() {}

  static JsonNode write(Message message) {
    if (message instanceof Timestamp time) {
      return NODES.textNode(Instant.ofEpochSecond(time.getSeconds(), time.getNanos()).toString());
    }
    ObjectNode object = Json.object();
    message
        .getAllFields()
        .forEach((field, value) -> object.set(field.getJsonName(), write(field, value)));
    return object;
  }

  private static JsonNode write(FieldDescriptor field, Object value) {
    if (field.isMapField()) {
      return map(field, (List<?>) value);
    }
    if (field.isRepeated()) {
      ArrayNode array = NODES.arrayNode();
      ((List<?>) value).forEach(element -> array.add(single(field, element)));
      return array;
    }
    return single(field, value);
  }

  private static JsonNode map(FieldDescriptor field, List<?> entries) {
    FieldDescriptor keys = field.getMessageType().findFieldByNumber(1);
    FieldDescriptor values = field.getMessageType().findFieldByNumber(2);
    ObjectNode object = Json.object();
    for (Object each : entries) {
      Message entry = (Message) each;
      object.set(
          single(keys, entry.getField(keys)).asText(), single(values, entry.getField(values)));
    }
    return object;
  }

  private static JsonNode single(FieldDescriptor field, Object value) {
    return switch (field.getType()) {
      case BOOL -> NODES.booleanNode((Boolean) value);
      case INT32, SINT32, SFIXED32 -> NODES.numberNode((Integer) value);
      case UINT32, FIXED32 -> NODES.numberNode(Integer.toUnsignedLong((Integer) value));
      // As a string, because JavaScript would round them.
      case INT64, SINT64, SFIXED64 -> NODES.textNode(value.toString());
      case UINT64, FIXED64 -> NODES.textNode(Long.toUnsignedString((Long) value));
      case STRING -> NODES.textNode(unicode((String) value));
      case BYTES ->
          NODES.textNode(Base64.getEncoder().encodeToString(((ByteString) value).toByteArray()));
      case ENUM -> name((EnumValueDescriptor) value);
      case MESSAGE -> write((Message) value);
      case FLOAT, DOUBLE, GROUP -> throw new IllegalArgumentException(field + " has no JSON here");
    };
  }

  /** An unpaired surrogate becomes a question mark, as in the binary codec. */
  private static String unicode(String text) {
    return new String(text.getBytes(UTF_8), UTF_8);
  }

  /** An unknown enum value is written as its number. */
  private static JsonNode name(EnumValueDescriptor value) {
    boolean isNamed = value.getType().findValueByNumber(value.getNumber()) != null;
    return isNamed ? NODES.textNode(value.getName()) : NODES.numberNode(value.getNumber());
  }
}
