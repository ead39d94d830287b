package dev.sandpiper.blaxel;

import static dev.sandpiper.wire.Json.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.SandboxInfo.State;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.blaxel.BlaxelSandboxSpec.Expiration;
import dev.sandpiper.engine.SandboxIds;
import dev.sandpiper.engine.Variables;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.wire.Json;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A sandbox as Blaxel's API words it, in our words and back. */
final class SandboxJson {
  /** Under this label every sandbox that we create carries its nonce. */
  static final String NONCE_LABEL = "sandpiper-nonce";

  private static final String DEFAULT_IMAGE = "blaxel/base-image:latest";
  private static final int DEFAULT_MEMORY = 4096;

  /** On their way out, and not there yet; later the name is free. */
  private static final Set<String> DYING = Set.of("TERMINATING", "DELETING", "DEACTIVATING");

  /** Over; the record is only kept for its logs. */
  private static final Set<String> DEAD = Set.of("FAILED", "TERMINATED");

  private SandboxJson() {}

  /** Its name; empty where it has none that could be asked for. */
  static String name(JsonNode sandbox) {
    return SandboxIds.in(sandbox.path("metadata"), "name").orElse("");
  }

  static String status(JsonNode sandbox) {
    return sandbox.path("status").asText("");
  }

  static boolean isDying(JsonNode sandbox) {
    return DYING.contains(status(sandbox));
  }

  static boolean isDead(JsonNode sandbox) {
    return DEAD.contains(status(sandbox));
  }

  static boolean isAlive(JsonNode sandbox) {
    return !isDead(sandbox) && !isDying(sandbox);
  }

  static Optional<String> url(JsonNode sandbox) {
    return text(sandbox.path("metadata"), "url");
  }

  static boolean hasNonce(JsonNode sandbox, String nonce) {
    return nonce.equals(sandbox.path("metadata").path("labels").path(NONCE_LABEL).asText(""));
  }

  /** What went wrong with it, for people; empty where it does not say. */
  static String errors(JsonNode sandbox) {
    JsonNode errors = sandbox.path("errors");
    return errors.isArray() && !errors.isEmpty()
        ? ": " + errors.get(errors.size() - 1).path("message").asText("")
        : "";
  }

  /** How long it still lives, if it ends by itself. */
  static Optional<Long> secondsLeft(JsonNode sandbox) {
    JsonNode left = sandbox.path("expiresIn");
    return left.isIntegralNumber() ? Optional.of(left.asLong()) : Optional.empty();
  }

  static Optional<Instant> createdAt(JsonNode sandbox) {
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
      return Optional.empty(); // beyond every calendar, which is never
    }
  }

  private static State state(JsonNode json) {
    if (!status(json).equals("DEPLOYED")) {
      return isDying(json) ? State.DELETING : State.OTHER;
    }
    return json.path("state").asText("").equals("STANDBY") ? State.PAUSED : State.RUNNING;
  }

  static ObjectNode creation(BlaxelSandboxSpec spec, @Nullable String region, String nonce) {
    ObjectNode sandbox = Json.object();
    ObjectNode metadata = sandbox.putObject("metadata");
    spec.name().ifPresent(name -> metadata.put("name", name));
    spec.displayName().ifPresent(text -> metadata.put("displayName", text));
    if (spec.name().isEmpty() || spec.externalId().isPresent()) {
      metadata.put("externalId", spec.externalId().orElse(nonce));
    }
    ObjectNode labels = metadata.putObject("labels");
    spec.common().labels().forEach(labels::put);
    labels.put(NONCE_LABEL, nonce);
    ObjectNode body = sandbox.putObject("spec");
    spec.region().or(() -> Optional.ofNullable(region)).ifPresent(name -> body.put("region", name));
    putRuntime(body.putObject("runtime"), spec);
    spec.network().ifPresent(network -> body.set("network", network));
    for (BlaxelSandboxSpec.Volume volume : spec.volumes()) {
      body.withArray("volumes")
          .addObject()
          .put("name", volume.name())
          .put("mountPath", volume.mountPath())
          .put("readOnly", volume.readOnly());
    }
    for (Expiration rule : spec.expirations()) {
      put(body.withObject("/lifecycle").withArray("expirationPolicies").addObject(), rule);
    }
    return sandbox;
  }

  private static void put(ObjectNode policy, Expiration rule) {
    if (rule instanceof Expiration.Idle idle) {
      policy.put("type", "ttl-idle").put("value", BlaxelSandboxSpec.seconds(idle.time()));
    } else if (rule instanceof Expiration.Age age) {
      policy.put("type", "ttl-max-age").put("value", BlaxelSandboxSpec.seconds(age.time()));
    } else if (rule instanceof Expiration.Date date) {
      policy.put("type", "date").put("value", date.moment().toString());
    }
    policy.put("action", "delete");
  }

  private static void putRuntime(ObjectNode runtime, BlaxelSandboxSpec spec) {
    runtime.put("image", spec.common().template().orElse(DEFAULT_IMAGE));
    runtime.put("memory", spec.memoryMegabytes().orElse(DEFAULT_MEMORY));
    if (!spec.livesOn()) {
      runtime.put("ttl", BlaxelSandboxSpec.seconds(spec.common().timeToLive()));
    }
    for (BlaxelSandboxSpec.Port port : spec.ports()) {
      ObjectNode sent =
          runtime
              .withArray("ports")
              .addObject()
              .put("target", port.number())
              .put("protocol", port.protocol().name());
      port.name().ifPresent(name -> sent.put("name", name));
    }
    Variables.ofSandbox(spec.variables())
        .forEach((name, value) -> variable(runtime, name, value, spec.secrets()));
  }

  private static void variable(
      ObjectNode runtime, String name, String value, Map<String, String> secrets) {
    ObjectNode sent = runtime.withArray("envs").addObject().put("name", name).put("value", value);
    if (Variables.asked(Map.of(name, value)).keySet().stream().anyMatch(secrets::containsKey)) {
      sent.put("secret", true);
    }
  }
}
