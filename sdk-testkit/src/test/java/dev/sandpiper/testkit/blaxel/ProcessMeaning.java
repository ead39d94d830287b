package dev.sandpiper.testkit.blaxel;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * What an answer about processes says, as lines that can be compared: without times, with outputs
 * joined that stand behind each other, and in one order where there is none.
 */
final class ProcessMeaning {
  private static final List<String> OF_THE_MOMENT = List.of("uptime", "uptimeSeconds", "startedAt");

  private final UnaryOperator<String> pids;

  /**
   * @param pids makes pids comparable
   */
  ProcessMeaning(UnaryOperator<String> pids) {
    this.pids = pids;
  }

  List<String> of(int status, List<String> headers, String body) {
    List<String> lines = new ArrayList<>();
    lines.add(Integer.toString(status));
    headers.stream()
        .filter(header -> !header.matches("(Date|Content-Length|Connection|Transfer-Encoding):.*"))
        .map(header -> header.replaceAll("^Last-Modified: .*", "Last-Modified: then"))
        .sorted()
        .forEach(lines::add);
    if (headers.contains("Content-Type: application/x-ndjson")) {
      events(body, lines);
    } else {
      body.lines().map(this::normalised).forEach(lines::add);
      if (body.endsWith("\n")) lines.add("");
    }
    return lines;
  }

  private void events(String body, List<String> lines) {
    String type = "";
    StringBuilder joined = new StringBuilder();
    for (String line : body.lines().toList()) {
      JsonNode event = tree(line);
      String next = event.path("type").asText();
      String data = event.path("data").asText("");
      if (!next.equals(type) && !type.isEmpty()) {
        lines.add(type + " " + joined);
        joined.setLength(0);
      }
      type = next;
      joined.append(type.equals("result") ? normalised(data) : data);
    }
    lines.add(type + " " + joined);
  }

  private String normalised(String line) {
    if (!line.startsWith("{") && !line.startsWith("[")) return line;
    JsonNode tree = tree(line);
    if (tree instanceof ObjectNode object) normalise(object);
    if (tree instanceof ArrayNode array) {
      List<JsonNode> all = new ArrayList<>();
      for (JsonNode element : array) {
        if (element instanceof ObjectNode object) normalise(object);
        all.add(element);
      }
      all.sort(Comparator.comparing(JsonNode::toString));
      return all.toString();
    }
    return tree.toString();
  }

  private void normalise(ObjectNode object) {
    if (object.has("uptime")) object.remove(OF_THE_MOMENT);
    object.remove(List.of("lastModified", "owner", "group"));
    if (object.has("startedAt")) object.put("startedAt", "then");
    if (!object.path("completedAt").asText("").isEmpty() && !object.path("completedAt").isNull()) {
      object.put("completedAt", "then");
    }
    if (object.path("pid").isTextual()) {
      object.put("pid", pids.apply(object.path("pid").asText()));
    }
    String name = object.path("name").asText("");
    if (name.matches("proc-[a-z0-9]{8}")) object.put("name", "proc-CHANCE");
  }

  private static JsonNode tree(String text) {
    try {
      return LocalBlaxel.json.readTree(text);
    } catch (JsonProcessingException e) {
      return LocalBlaxel.json.createObjectNode().put("not JSON", text);
    }
  }

  static String text(byte[] bytes) {
    return new String(bytes, UTF_8);
  }
}
