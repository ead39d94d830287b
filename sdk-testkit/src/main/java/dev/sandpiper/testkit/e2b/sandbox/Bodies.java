package dev.sandpiper.testkit.e2b.sandbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.http.GoJson;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads the JSON bodies of requests to the control plane. Anything malformed is a status 400. */
public final class Bodies {
  private static final int MOST_BYTES = 16 * 1024 * 1024;

  private Bodies() {}

  /** The body as an object; an empty body is an empty object. */
  public static ObjectNode read(Exchange exchange) throws IOException {
    byte[] bytes = exchange.body(MOST_BYTES);
    if (bytes == null) throw new ApiException(413, "the request's body is above 16 MiB");
    if (bytes.length == 0) return GoJson.object();
    try {
      if (Exchange.json.readTree(bytes) instanceof ObjectNode tree) return tree;
    } catch (JsonProcessingException e) {
      throw new ApiException(400, "the request's body is not JSON");
    }
    throw new ApiException(400, "the request's body is not a JSON object");
  }

  public static boolean isAbsent(JsonNode value) {
    return value.isMissingNode() || value.isNull();
  }

  /** A required time to live. */
  public static Duration seconds(ObjectNode body, String field) {
    JsonNode value = body.path(field);
    if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 0) {
      throw new ApiException(400, field + " must be a number of seconds, zero or more");
    }
    return Duration.ofSeconds(value.intValue());
  }

  public static boolean flag(ObjectNode body, String field, boolean absent) {
    JsonNode value = body.path(field);
    if (isAbsent(value)) return absent;
    if (!value.isBoolean()) throw new ApiException(400, field + " must be true or false");
    return value.booleanValue();
  }

  public static Map<String, String> texts(ObjectNode body, String field) {
    JsonNode value = body.path(field);
    Map<String, String> texts = new LinkedHashMap<>();
    if (isAbsent(value)) return texts;
    if (!value.isObject()) throw new ApiException(400, field + " must be an object");
    for (Map.Entry<String, JsonNode> entry : value.properties()) {
      if (!entry.getValue().isTextual()) {
        throw new ApiException(400, field + " must hold strings only");
      }
      texts.put(entry.getKey(), entry.getValue().textValue());
    }
    return texts;
  }
}
