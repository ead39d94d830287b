package dev.sandpiper.blaxel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.Failure;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.blaxel.account.ControlPlane;
import dev.sandpiper.blaxel.account.SandboxJson;
import dev.sandpiper.http.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Changes a sandbox's record by reading, changing and replacing it, because Blaxel has no other
 * way. Concurrent changes by others are lost. Secrets are returned masked, and sending them back
 * would overwrite them, so a record with secrets is not changed.
 */
record RecordUpdate(ControlPlane api, String name, Time time) {
  private static final String[] READ_ONLY = {
    "status", "state", "events", "errors", "lastUsedAt", "expiresIn", "nodeGeneration"
  };

  void metadata(BlaxelMetadata change) {
    update("update metadata of", record -> change(object(record, "metadata"), change));
  }

  private static void change(ObjectNode metadata, BlaxelMetadata change) {
    change.displayName().ifPresent(text -> metadata.put("displayName", text));
    change.externalId().ifPresent(id -> metadata.put("externalId", id));
    change
        .labels()
        .ifPresent(
            labels -> {
              JsonNode nonce = metadata.path("labels").path(SandboxJson.NONCE_LABEL);
              ObjectNode all = metadata.putObject("labels");
              labels.forEach(all::put);
              if (nonce.isTextual()) {
                all.set(SandboxJson.NONCE_LABEL, nonce);
              }
            });
  }

  /** Blaxel counts from creation. */
  void expireIn(Duration timeToLive) {
    update(
        "expireIn",
        record -> {
          Duration age = Duration.between(createdAt(record), time.now());
          Duration total = timeToLive.plus(age.isNegative() ? Duration.ZERO : age);
          ObjectNode runtime = object(object(record, "spec"), "runtime");
          runtime.put("ttl", BlaxelSandboxSpec.seconds(total));
          runtime.remove("expires");
        });
  }

  private Instant createdAt(ObjectNode record) {
    return SandboxJson.createdAt(record)
        .orElseThrow(
            () ->
                new WireFormatException(
                    Failure.of(
                        "expireIn",
                        name,
                        "its metadata.createdAt, from which Blaxel counts, cannot be read"),
                    null));
  }

  void removeTimeToLive() {
    update(
        "clear the time to live of",
        record -> {
          ObjectNode runtime = object(object(record, "spec"), "runtime");
          runtime.remove("ttl");
          runtime.remove("expires");
        });
  }

  /** The object in a field, which may be missing. */
  private ObjectNode object(ObjectNode parent, String field) {
    JsonNode there = parent.path(field);
    if (there.isMissingNode() || there.isNull()) {
      return parent.putObject(field);
    }
    if (there instanceof ObjectNode object) {
      return object;
    }
    throw new WireFormatException(
        Failure.of("change", name, "its " + field + " is not a JSON object, and cannot be changed"),
        null);
  }

  private void update(String operation, Consumer<ObjectNode> change) {
    JsonNode found = api.look(operation, name);
    rejectSecrets(operation, found);
    ObjectNode record = found.deepCopy();
    for (String field : READ_ONLY) {
      record.remove(field);
    }
    change.accept(record);
    api.replace(operation, name, record);
  }

  private void rejectSecrets(String operation, JsonNode record) {
    boolean hasSecrets = record.path("spec").findValuesAsText("secret").contains("true");
    boolean hasProxySecrets =
        Optional.ofNullable(record.path("spec").path("network").findValue("secrets")).isPresent();
    if (hasSecrets || hasProxySecrets) {
      throw new InvalidRequestException(
          Failure.of(
              operation,
              name,
              "it has secrets, which Blaxel shows masked, and a changed record would overwrite"
                  + " them: change it with Blaxel's own tools"));
    }
  }
}
