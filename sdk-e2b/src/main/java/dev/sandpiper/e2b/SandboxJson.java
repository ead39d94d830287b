package dev.sandpiper.e2b;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.SandboxInfo.State;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.wire.Json;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** A sandbox as E2B's API words it, in our words. */
final class SandboxJson {
  /** Under this label every sandbox that we create carries its nonce. */
  static final String NONCE_LABEL = "sandpiper-nonce";

  private SandboxJson() {}

  /** The sandbox in {@code json}, which came with {@code response}. */
  static SandboxInfo info(JsonNode json, HttpResponse response) {
    try {
      return info(json);
    } catch (DateTimeException | IllegalArgumentException e) {
      throw new WireFormatException(response.failure("a sandbox that cannot be read"), e);
    }
  }

  static SandboxInfo info(JsonNode json) {
    return new SandboxInfo(
        required(json, "sandboxID"),
        Json.text(json, "alias").orElseGet(() -> required(json, "templateID")),
        state(json.path("state").asText("")),
        labels(json.path("metadata")),
        instant(required(json, "startedAt")),
        Json.text(json, "endAt").map(SandboxJson::instant));
  }

  private static State state(String name) {
    return switch (name) {
      case "running" -> State.RUNNING;
      case "paused" -> State.PAUSED;
      default -> State.OTHER;
    };
  }

  /** The state as the API filters by it. */
  static String state(State state) {
    return switch (state) {
      case RUNNING -> "running";
      case PAUSED -> "paused";
      case OTHER ->
          throw new IllegalArgumentException("E2B lists running and paused sandboxes only");
    };
  }

  private static Map<String, String> labels(JsonNode metadata) {
    Map<String, String> labels = new HashMap<>();
    metadata.properties().forEach(label -> labels.put(label.getKey(), label.getValue().asText()));
    labels.remove(NONCE_LABEL);
    return labels;
  }

  static Optional<String> nonce(JsonNode json) {
    return Json.text(json.path("metadata"), NONCE_LABEL);
  }

  /** RFC 3339; a time without a zone is UTC. */
  private static Instant instant(String text) {
    boolean hasZone = text.endsWith("Z") || text.matches(".*[+-]\\d\\d:\\d\\d");
    return hasZone
        ? OffsetDateTime.parse(text).toInstant()
        : LocalDateTime.parse(text).toInstant(ZoneOffset.UTC);
  }

  static String required(JsonNode json, String field) {
    return Json.text(json, field).orElseThrow(() -> new IllegalArgumentException("no " + field));
  }
}
