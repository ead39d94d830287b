package dev.sandpiper.testkit.e2b.envd;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.testkit.e2b.sandbox.LocalSandbox;
import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.http.GoJson;
import dev.sandpiper.testkit.machine.Secrets;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code /init}: how the platform sets up the daemon of a new sandbox. Not reachable from outside.
 * All users are the same here, so a default user has no effect.
 */
final class Initialization {
  static final String PATH = "/init";

  private static final int MOST_BYTES = 1024 * 1024;

  /** The body is not an object, or a field of it has another type. */
  private static final class MalformedException extends Exception {
    private static final long serialVersionUID = 1;
  }

  private Initialization() {}

  static void handle(Exchange exchange, LocalSandbox sandbox) throws IOException {
    if (!exchange.method().equals("POST")) {
      exchange.methodNotAllowed(List.of("POST"));
      return;
    }
    exchange.set("X-Envd-Version", LocalSandbox.ENVD_VERSION);
    JsonNode given;
    Map<String, String> variables;
    try {
      given = read(exchange.body(MOST_BYTES));
      variables = variables(given.path("envVars"));
    } catch (MalformedException e) {
      exchange.answer(400);
      return;
    }
    String refusal = refusal(given.path("accessToken").asText(), sandbox.accessToken());
    if (refusal != null) {
      exchange.set("Content-Type", "text/plain; charset=utf-8");
      exchange.answer(401, refusal.getBytes(UTF_8));
      return;
    }
    apply(given, variables, sandbox);
    exchange.set("Cache-Control", "no-store");
    exchange.answer(204);
  }

  private static JsonNode read(byte @Nullable [] body) throws IOException, MalformedException {
    if (body == null) throw new MalformedException();
    if (body.length == 0) return GoJson.object();
    try {
      JsonNode given = Exchange.json.readTree(body);
      requireText(given.path("accessToken"));
      requireText(given.path("defaultWorkdir"));
      if (given.isObject()) return given;
    } catch (JsonProcessingException e) {
      throw malformed(e);
    }
    throw new MalformedException();
  }

  private static MalformedException malformed(Exception cause) {
    MalformedException malformed = new MalformedException();
    malformed.initCause(cause);
    return malformed;
  }

  private static void requireText(JsonNode part) throws MalformedException {
    boolean isThere = !part.isMissingNode() && !part.isNull();
    if (isThere && !part.isTextual()) throw new MalformedException();
  }

  private static Map<String, String> variables(JsonNode given) throws MalformedException {
    Map<String, String> variables = new LinkedHashMap<>();
    if (given.isMissingNode() || given.isNull()) return variables;
    if (!given.isObject()) throw new MalformedException();
    for (Map.Entry<String, JsonNode> variable : given.properties()) {
      requireText(variable.getValue());
      variables.put(variable.getKey(), variable.getValue().asText(""));
    }
    return variables;
  }

  /** A token stays once set; a later setup must present it. */
  private static @Nullable String refusal(String given, @Nullable String set) {
    if (set == null || Secrets.matches(set, given)) return null;
    return given.isEmpty() ? "access token reset not authorized" : "access token validation failed";
  }

  private static void apply(JsonNode given, Map<String, String> variables, LocalSandbox sandbox) {
    if (given.hasNonNull("envVars")) sandbox.processes().replaceEnvironment(variables);
    String directory = given.path("defaultWorkdir").asText("");
    if (!directory.isEmpty()) sandbox.home().startAt(directory);
    String token = given.path("accessToken").asText("");
    if (!token.isEmpty()) sandbox.accessToken(token);
  }
}
