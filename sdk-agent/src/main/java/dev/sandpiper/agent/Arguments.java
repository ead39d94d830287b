package dev.sandpiper.agent;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Optional;

/** The arguments of one call, after {@link Parameters} has checked them. */
record Arguments(Map<String, JsonNode> values) {

  /** A required argument. */
  String text(String name) {
    return optionalText(name)
        .orElseThrow(() -> new IllegalStateException(name + " was not checked to be there"));
  }

  Optional<String> optionalText(String name) {
    return Optional.ofNullable(values.get(name)).map(JsonNode::asText);
  }

  long number(String name, long otherwise) {
    JsonNode value = values.get(name);
    return value == null ? otherwise : value.asLong();
  }

  boolean flag(String name) {
    JsonNode value = values.get(name);
    return value != null && value.asBoolean();
  }
}
