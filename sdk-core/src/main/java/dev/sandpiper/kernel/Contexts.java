package dev.sandpiper.kernel;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.interpreter.CodeContext;
import dev.sandpiper.wire.Json;
import dev.sandpiper.wire.MalformedStreamException;
import java.util.ArrayList;
import java.util.List;

/** Contexts as the service describes them. */
final class Contexts {
  private static final int LONGEST_ANSWER = 1 << 20;

  private Contexts() {}

  static CodeContext one(HttpResponse response) {
    return of(response.json(LONGEST_ANSWER), response);
  }

  static List<CodeContext> all(HttpResponse response) {
    JsonNode answer = response.json(LONGEST_ANSWER);
    if (!answer.isArray()) {
      throw new WireFormatException(response.failure("expected a JSON array of contexts"));
    }
    List<CodeContext> contexts = new ArrayList<>();
    answer.forEach(json -> contexts.add(of(json, response)));
    return List.copyOf(contexts);
  }

  /**
   * True of an answer that says no more than that it worked.
   *
   * @throws WireFormatException if it is something else, such as the page of a proxy
   */
  static boolean isDone(HttpResponse response) {
    try {
      byte[] answer = response.bytes(LONGEST_ANSWER);
      return answer.length == 0 || !Json.parse(answer).isMissingNode();
    } catch (MalformedStreamException e) {
      throw response.unreadable(e);
    }
  }

  private static CodeContext of(JsonNode json, HttpResponse response) {
    String id =
        Json.text(json, "id")
            .orElseThrow(
                () -> new WireFormatException(response.failure("a context without an id")));
    return new CodeContext(id, json.path("language").asText(""), json.path("cwd").asText(""));
  }
}
