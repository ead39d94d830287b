package dev.sandpiper.e2b.connect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import connectrpc.conformance.v1.Service;
import dev.sandpiper.wire.Json;
import dev.sandpiper.wire.MalformedStreamException;
import java.io.IOException;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.NullMarked;

/**
 * Our JSON codec for messages that hold messages of any type, which E2B's never do. All of it is
 * written and read by {@link MessageToJson} and {@link JsonToMessage}; here the two spellings of
 * what is packed are exchanged: {@code {"typeUrl": .., "value": base64}}, which they know, and
 * {@code {"@type": .., fields}}, which is on the wire.
 */
@NullMarked
final class AnyJson extends Codec {
  private static final String TYPE = "@type";
  private static final String URL = "typeUrl";
  private static final String VALUE = "value";

  AnyJson() {
    super("json");
  }

  @Override
  public byte[] encode(Message message) {
    try {
      return Json.write(unpacked(MessageToJson.write(message)));
    } catch (IOException e) {
      throw new IllegalArgumentException("a message of the suite that cannot be read", e);
    }
  }

  @Override
  public <M extends Message> M decode(byte[] bytes, M kind) throws MalformedStreamException {
    return JsonToMessage.read(packed(Json.parse(bytes)), kind);
  }

  private static JsonNode unpacked(JsonNode json) throws IOException {
    if (!json.has(URL)) {
      return mapped(json, AnyJson::unpacked);
    }
    byte[] value = json.path(VALUE).binaryValue();
    DynamicMessage message =
        DynamicMessage.parseFrom(
            type(json.path(URL).asText()), value == null ? new byte[0] : value);
    ObjectNode object = Json.object().put(TYPE, json.path(URL).asText());
    return object.setAll((ObjectNode) unpacked(MessageToJson.write(message)));
  }

  private static JsonNode packed(JsonNode json) throws MalformedStreamException {
    if (!json.has(TYPE)) {
      return mapped(json, AnyJson::packed);
    }
    String url = json.path(TYPE).asText();
    ObjectNode fields = ((ObjectNode) json).deepCopy();
    fields.remove(TYPE);
    DynamicMessage message =
        JsonToMessage.read(packed(fields), DynamicMessage.getDefaultInstance(type(url)));
    return Json.object()
        .put(URL, url)
        .put(VALUE, Base64.getEncoder().encodeToString(message.toByteArray()));
  }

  private static Descriptor type(String url) throws MalformedStreamException {
    String name = url.substring(url.lastIndexOf('.') + 1);
    Descriptor type = Service.getDescriptor().findMessageTypeByName(name);
    if (type == null || !url.endsWith("/" + type.getFullName())) {
      throw new MalformedStreamException("JSON with a message of an unknown type");
    }
    return type;
  }

  private interface Change<E extends Exception> {
    JsonNode apply(JsonNode json) throws E;
  }

  private static <E extends Exception> JsonNode mapped(JsonNode json, Change<E> change) throws E {
    if (json instanceof ObjectNode object) {
      ObjectNode changed = Json.object();
      for (Map.Entry<String, JsonNode> property : object.properties()) {
        changed.set(property.getKey(), change.apply(property.getValue()));
      }
      return changed;
    }
    if (json instanceof ArrayNode array) {
      ArrayNode changed = array.arrayNode();
      for (JsonNode element : array) {
        changed.add(change.apply(element));
      }
      return changed;
    }
    return json;
  }
}
