package dev.sandpiper.testkit.blaxel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.testkit.http.GoJson;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The control plane's record of one sandbox. Thread-safe. */
final class SandboxRecord {
  /** Its status. */
  enum Status {
    DEPLOYED,
    DELETING,
    TERMINATED
  }

  /** An event and its time. */
  private record Event(String type, Status status, Instant time) {}

  private final String name;
  private final String key;
  private final String url;
  private final String workspace;
  private final Instant createdAt = Instant.now().truncatedTo(ChronoUnit.MILLIS);

  // Guarded by this object's monitor.
  private final List<Event> events = new ArrayList<>();
  private Definition definition;
  private @Nullable RunningSandbox machine; // null once it has ended: a record is kept for minutes
  private Status status = Status.DEPLOYED;
  private Instant updatedAt = createdAt;
  private Instant lastUsedAt = createdAt;

  /**
   * @param key the unguessable prefix of the paths in its address
   */
  SandboxRecord(
      Definition definition, String key, String url, String workspace, RunningSandbox machine) {
    this.name = String.valueOf(definition.name());
    this.definition = definition;
    this.key = key;
    this.url = url;
    this.workspace = workspace;
    this.machine = machine;
    events.add(new Event("CREATED", status, createdAt));
  }

  String name() {
    return name;
  }

  String key() {
    return key;
  }

  Instant createdAt() {
    return createdAt;
  }

  synchronized Definition definition() {
    return definition;
  }

  /** Its machine; null once that has ended. */
  synchronized @Nullable RunningSandbox machine() {
    return machine;
  }

  synchronized Status status() {
    return status;
  }

  /** Moves it to another status; false if it had that or a later one already. */
  synchronized boolean moveTo(Status next) {
    if (status.compareTo(next) >= 0) return false;
    lastUsedAt = lastUse();
    status = next;
    if (next == Status.TERMINATED) machine = null;
    updatedAt = Instant.now();
    events.add(new Event(next.name(), next, updatedAt));
    return true;
  }

  /** Replaces the definition, and the machine if there is another. */
  synchronized void update(Definition replacement, @Nullable RunningSandbox other) {
    definition = replacement;
    if (other != null) machine = other;
    updatedAt = Instant.now();
  }

  Lifetime lifetime() {
    return Lifetime.of(definition().spec(), createdAt);
  }

  /** When it ends if it is not used from now on; null if it does not. */
  @Nullable Instant endAt() {
    return lifetime().endFrom(lastUse());
  }

  private synchronized Instant lastUse() {
    return machine == null ? lastUsedAt : machine.lastUsedAt();
  }

  /** As an element of a list. */
  synchronized ObjectNode lite() {
    ObjectNode tree = GoJson.object();
    ObjectNode metadata = definition.metadata().deepCopy();
    metadata
        .put("name", name)
        .put("workspace", workspace)
        .put("url", url)
        .put("createdAt", createdAt.toString())
        .put("updatedAt", updatedAt.truncatedTo(ChronoUnit.MILLIS).toString());
    tree.set("metadata", metadata);
    tree.set("spec", masked(definition.spec()));
    tree.put("status", status.name());
    if (status == Status.DEPLOYED) {
      tree.put("state", "RUNNING");
      lastUsedAt = lastUse();
    }
    tree.put("lastUsedAt", lastUsedAt.truncatedTo(ChronoUnit.MILLIS).toString());
    Instant end = Lifetime.of(definition.spec(), createdAt).endFrom(lastUsedAt);
    if (end != null && status == Status.DEPLOYED) {
      tree.put("expiresIn", Math.max(0, Duration.between(Instant.now(), end).toSeconds()));
    }
    return tree.put("nodeGeneration", "mk3.0");
  }

  /** Masks the secret values in a response. */
  private static ObjectNode masked(ObjectNode spec) {
    ObjectNode masked = spec.deepCopy();
    for (JsonNode variable : masked.path("runtime").path("envs")) {
      if (variable.path("secret").asBoolean() && variable instanceof ObjectNode object) {
        object.put("value", "********");
      }
    }
    return masked;
  }

  /** As the response about it alone. */
  synchronized ObjectNode detail() {
    ObjectNode tree = lite();
    for (Event event : events) {
      tree.withArray("events")
          .addObject()
          .put("type", event.type)
          .put("status", event.status.name())
          .put("message", "")
          .put("time", event.time.toString());
    }
    return tree;
  }
}
