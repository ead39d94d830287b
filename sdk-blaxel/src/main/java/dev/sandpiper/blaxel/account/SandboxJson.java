package dev.sandpiper.blaxel.account;

import static dev.sandpiper.wire.Json.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.SandboxInfo.State;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.engine.SandboxIds;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.wire.Json;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Converts Blaxel's JSON of a sandbox. */
public final class SandboxJson {
  /** The label that holds the nonce of every sandbox that this library creates. */
  public static final String NONCE_LABEL = "sandpiper-nonce";

  /** Being deleted, not finished yet; later the name is free. */
  private static final Set<String> DYING = Set.of("TERMINATING", "DELETING", "DEACTIVATING");

  /** Ended; the record is only kept for its logs. */
  private static final Set<String> DEAD = Set.of("FAILED", "TERMINATED");

  private SandboxJson() {}

  /** Its name; empty if it has none that can be used in a request. */
  public static String name(JsonNode sandbox) {
    return SandboxIds.in(sandbox.path("metadata"), "name").orElse("");
  }

  public static String status(JsonNode sandbox) {
    return sandbox.path("status").asText("");
  }

  public static boolean isDying(JsonNode sandbox) {
    return DYING.contains(status(sandbox));
  }

  public static boolean isDead(JsonNode sandbox) {
    return DEAD.contains(status(sandbox));
  }

  public static boolean isAlive(JsonNode sandbox) {
    return !isDead(sandbox) && !isDying(sandbox);
  }

  public static Optional<String> url(JsonNode sandbox) {
    return text(sandbox.path("metadata"), "url");
  }

  public static boolean hasNonce(JsonNode sandbox, String nonce) {
    return nonce.equals(sandbox.path("metadata").path("labels").path(NONCE_LABEL).asText(""));
  }

  /** Its last error, as text for people; empty without one. */
  public static String errors(JsonNode sandbox) {
    JsonNode errors = sandbox.path("errors");
    return errors.isArray() && !errors.isEmpty()
        ? ": " + errors.get(errors.size() - 1).path("message").asText("")
        : "";
  }

  /** The remaining time to live, if it has one. */
  public static Optional<Long> secondsLeft(JsonNode sandbox) {
    JsonNode left = sandbox.path("expiresIn");
    return left.isIntegralNumber() ? Optional.of(left.asLong()) : Optional.empty();
  }

  public static Optional<Instant> createdAt(JsonNode sandbox) {
    return Json.instant(sandbox.path("metadata"), "createdAt");
  }

  static SandboxInfo info(JsonNode json, HttpResponse response) {
    String name = name(json);
    if (name.isEmpty()) {
      throw new WireFormatException(response.failure("a sandbox without a metadata.name"), null);
    }
    Map<String, String> labels = Json.texts(json.path("metadata").path("labels"));
    labels.remove(NONCE_LABEL);
    SandboxInfo info = SandboxInfo.of(name, state(json)).withLabels(labels);
    Optional<String> image = text(json.path("spec").path("runtime"), "image");
    info = image.map(info::withTemplate).orElse(info);
    info = createdAt(json).map(info::withStartedAt).orElse(info);
    return secondsLeft(json)
        .flatMap(seconds -> in(seconds, response.now()))
        .map(info::withExpiresAt)
        .orElse(info);
  }

  private static Optional<Instant> in(long seconds, Instant now) {
    try {
      return Optional.of(now.plusSeconds(seconds));
    } catch (DateTimeException | ArithmeticException e) {
      return Optional.empty(); // beyond every calendar: never
    }
  }

  public static State state(JsonNode json) {
    if (!status(json).equals("DEPLOYED")) {
      return isDying(json) ? State.DELETING : State.OTHER;
    }
    return json.path("state").asText("").equals("STANDBY") ? State.PAUSED : State.RUNNING;
  }
}
