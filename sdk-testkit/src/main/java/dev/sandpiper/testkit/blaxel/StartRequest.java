package dev.sandpiper.testkit.blaxel;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.testkit.blaxel.GoJson.MalformedException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The body of {@code POST /process}.
 *
 * @param name null for the server's choice
 * @param timeoutSeconds null if none is given
 */
record StartRequest(
    String command,
    @Nullable String name,
    String workingDir,
    Map<String, String> env,
    boolean waitForCompletion,
    @Nullable Integer timeoutSeconds,
    List<Integer> waitForPorts,
    boolean restartOnFailure,
    int maxRestarts,
    boolean keepAlive) {
  private static final int KEEP_ALIVE_SECONDS = 600;

  StartRequest {
    env = Map.copyOf(env);
    waitForPorts = List.copyOf(waitForPorts);
  }

  /**
   * Reads a body as Go does: unknown fields do not matter, null stands for the default.
   *
   * @throws MalformedException if it is malformed
   */
  static StartRequest parse(byte[] body) {
    JsonNode tree = GoJson.first(body);
    if (!tree.isObject() && !tree.isNull()) {
      throw new MalformedException(
          "json: cannot unmarshal "
              + GoJson.kind(tree)
              + " into Go value of type handler.ProcessRequest");
    }
    StartRequest request =
        new StartRequest(
            text(tree, "command"),
            text(tree, "name").isEmpty() ? null : text(tree, "name"),
            text(tree, "workingDir"),
            variables(tree),
            flag(tree, "waitForCompletion"),
            GoJson.field(tree, "timeout") == null ? null : number(tree, "timeout"),
            ports(tree),
            flag(tree, "restartOnFailure"),
            number(tree, "maxRestarts"),
            flag(tree, "keepAlive"));
    if (request.command.isEmpty()) {
      throw new MalformedException(
          "Key: 'ProcessRequest.Command' Error:Field validation for 'Command' failed on the"
              + " 'required' tag");
    }
    return request;
  }

  /** How long waits last, and a process that keeps the sandbox awake; zero for no limit. */
  int limitSeconds() {
    boolean usual = timeoutSeconds == null || timeoutSeconds < 0;
    if (keepAlive && usual) return KEEP_ALIVE_SECONDS;
    return usual || timeoutSeconds == null ? 0 : timeoutSeconds;
  }

  private static String text(JsonNode tree, String name) {
    JsonNode value = GoJson.field(tree, name);
    if (value == null) return "";
    if (!value.isTextual()) throw mismatch(value, name, "string");
    return value.textValue();
  }

  private static boolean flag(JsonNode tree, String name) {
    JsonNode value = GoJson.field(tree, name);
    if (value == null) return false;
    if (!value.isBoolean()) throw mismatch(value, name, "bool");
    return value.booleanValue();
  }

  private static int number(JsonNode tree, String name) {
    JsonNode value = GoJson.field(tree, name);
    return value == null ? 0 : integer(value, name);
  }

  private static int integer(JsonNode value, String name) {
    if (!value.isIntegralNumber() || !value.canConvertToInt()) throw mismatch(value, name, "int");
    return value.intValue();
  }

  private static List<Integer> ports(JsonNode tree) {
    JsonNode value = GoJson.field(tree, "waitForPorts");
    List<Integer> ports = new ArrayList<>();
    if (value == null) return ports;
    if (!value.isArray()) throw mismatch(value, "waitForPorts", "[]int");
    value.forEach(port -> ports.add(port.isNull() ? 0 : integer(port, "waitForPorts")));
    return ports;
  }

  private static Map<String, String> variables(JsonNode tree) {
    JsonNode value = GoJson.field(tree, "env");
    Map<String, String> variables = new LinkedHashMap<>();
    if (value == null) return variables;
    if (!value.isObject()) throw mismatch(value, "env", "map[string]string");
    for (Map.Entry<String, JsonNode> variable : value.properties()) {
      JsonNode text = variable.getValue();
      if (!text.isTextual() && !text.isNull()) throw mismatch(text, "env", "string");
      variables.put(variable.getKey(), text.isNull() ? "" : text.textValue());
    }
    return variables;
  }

  private static MalformedException mismatch(JsonNode value, String field, String type) {
    String found = value.isNumber() ? "number " + value.asText() : GoJson.kind(value);
    if (type.equals("string")) found = GoJson.kind(value);
    return new MalformedException(
        "json: cannot unmarshal "
            + found
            + " into Go struct field ProcessRequest."
            + field
            + " of type "
            + type);
  }
}
