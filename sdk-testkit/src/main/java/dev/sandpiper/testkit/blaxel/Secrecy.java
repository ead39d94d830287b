package dev.sandpiper.testkit.blaxel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Hides in an answer what was said to be secret when it was sent. */
final class Secrecy {
  private static final String MASK = "********";

  private Secrecy() {}

  static ObjectNode masked(ObjectNode spec) {
    ObjectNode masked = spec.deepCopy();
    for (JsonNode variable : masked.path("runtime").path("envs")) {
      if (variable.path("secret").asBoolean() && variable instanceof ObjectNode object) {
        object.put("value", MASK);
      }
    }
    return masked;
  }
}
