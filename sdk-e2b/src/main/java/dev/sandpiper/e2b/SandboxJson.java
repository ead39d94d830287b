package dev.sandpiper.e2b;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.SandboxInfo.State;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.engine.SandboxIds;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.wire.Json;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Converts E2B's JSON of a sandbox. */
final class SandboxJson {
  /** The label that holds the nonce of every sandbox that this library creates. */
  static final String NONCE_LABEL = "sandpiper-nonce";

  private SandboxJson() {}

  static SandboxInfo info(JsonNode json, HttpResponse response) {
    String id = id(json, response);
    Map<String, String> labels = Json.texts(json.path("metadata"));
    labels.remove(NONCE_LABEL);
    SandboxInfo info = SandboxInfo.of(id, state(json.path("state").asText(""))).withLabels(labels);
    Optional<String> template = Json.text(json, "alias").or(() -> Json.text(json, "templateID"));
    info = template.map(info::withTemplate).orElse(info);
    info = Json.instant(json, "startedAt").map(info::withStartedAt).orElse(info);
    return Json.instant(json, "endAt").map(info::withExpiresAt).orElse(info);
  }

  static String id(JsonNode json, HttpResponse response) {
    return SandboxIds.in(json, "sandboxID")
        .orElseThrow(
            () -> new WireFormatException(response.failure("a sandbox without a valid sandboxID")));
  }

  private static State state(String name) {
    return switch (name) {
      case "running" -> State.RUNNING;
      case "paused" -> State.PAUSED;
      default -> State.OTHER;
    };
  }

  /** The state in the API's filter. */
  static String state(State state) {
    return switch (state) {
      case RUNNING -> "running";
      case PAUSED -> "paused";
      case DELETING, OTHER ->
          throw new IllegalArgumentException("E2B lists running and paused sandboxes only");
    };
  }

  static Optional<String> nonce(JsonNode json) {
    return Json.text(json.path("metadata"), NONCE_LABEL);
  }

  /** A whole number; empty if it is missing or anything else. */
  static OptionalLong number(JsonNode json, String field) {
    JsonNode value = json.path(field);
    return value.isIntegralNumber() && value.canConvertToLong()
        ? OptionalLong.of(value.longValue())
        : OptionalLong.empty();
  }

  /** A boolean; empty if it is missing or anything else. */
  static Optional<Boolean> flag(JsonNode json, String field) {
    JsonNode value = json.path(field);
    return value.isBoolean() ? Optional.of(value.booleanValue()) : Optional.empty();
  }

  static String required(JsonNode json, String field) {
    return Json.text(json, field).orElseThrow(() -> new IllegalArgumentException("no " + field));
  }
}
