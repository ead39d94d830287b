package dev.sandpiper.testkit.blaxel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.sandpiper.testkit.http.GoJson;
import dev.sandpiper.testkit.http.Unenforced;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The definition of a sandbox by its owner, sent to create or replace it. */
record Definition(ObjectNode metadata, ObjectNode spec) {
  private static final String DEFAULT_IMAGE = "blaxel/base-image:latest";
  private static final String DEFAULT_REGION = "us-pdx-1";
  private static final int DEFAULT_MEMORY = 4096;
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,47}[a-z0-9])?");
  private static final Pattern EXTERNAL_ID = Pattern.compile("[A-Za-z0-9-]{1,64}");
  private static final List<String> OURS =
      List.of("workspace", "url", "plan", "createdAt", "createdBy", "updatedAt", "updatedBy");

  private static final Unenforced.Fields METADATA =
      done("name", "displayName", "externalId", "labels");
  private static final Unenforced.Fields SPEC =
      new Unenforced.Fields(
          Set.of("runtime", "lifecycle"),
          Map.of(
              "enabled", BooleanNode.TRUE,
              "region", TextNode.valueOf(DEFAULT_REGION),
              "vpc", TextNode.valueOf("default")));
  private static final Unenforced.Fields RUNTIME =
      new Unenforced.Fields(
          Set.of("image", "envs", "ttl", "expires", "ports", "snapshotEnabled"),
          Map.of(
              "memory", IntNode.valueOf(DEFAULT_MEMORY),
              "generation", TextNode.valueOf("mk3"),
              "terminationGracePeriodSeconds", IntNode.valueOf(0)));
  private static final Unenforced.Fields PORT =
      new Unenforced.Fields(Set.of("name", "target"), Map.of("protocol", TextNode.valueOf("HTTP")));
  private static final Unenforced.Fields LIFECYCLE =
      done("expirationPolicies", "terminatedRetention");
  private static final Unenforced.Fields POLICY =
      new Unenforced.Fields(Set.of("type", "value"), Map.of("action", TextNode.valueOf("delete")));

  private static Unenforced.Fields done(String... names) {
    return new Unenforced.Fields(Set.of(names), Map.of());
  }

  /**
   * Parses a body, fills in missing fields and drops those that the owner cannot set.
   *
   * @param images the available images; empty for all
   * @throws ApiException if it is invalid
   */
  static Definition parse(JsonNode body, Set<String> images, Unenforced unenforced) {
    if (!body.isObject()) throw ApiException.of(400, "the body is not a JSON object");
    ObjectNode metadata = object(body, "metadata");
    OURS.forEach(metadata::remove);
    ObjectNode spec = object(body, "spec");
    Definition definition = new Definition(metadata, spec);
    definition.fill();
    definition.check(images);
    definition.check(unenforced);
    return definition;
  }

  /**
   * A sandbox with defaults except its image.
   *
   * @param image null for the platform's default
   */
  static Definition standard(@Nullable String image) {
    Definition definition = new Definition(GoJson.object(), GoJson.object());
    if (image != null) definition.spec.putObject("runtime").put("image", image);
    definition.fill();
    return definition;
  }

  private static ObjectNode object(JsonNode body, String name) {
    JsonNode found = body.path(name);
    if (found instanceof ObjectNode object) return object.deepCopy();
    if (found.isMissingNode() || found.isNull()) return GoJson.object();
    throw ApiException.of(400, name + " is not an object");
  }

  private void fill() {
    if (!spec.has("enabled")) spec.put("enabled", true);
    if (!spec.hasNonNull("region")) spec.put("region", DEFAULT_REGION);
    ObjectNode runtime = object(spec, "runtime");
    if (runtime.path("image").asText("").isEmpty()) runtime.put("image", DEFAULT_IMAGE);
    if (!runtime.hasNonNull("memory")) runtime.put("memory", DEFAULT_MEMORY);
    spec.set("runtime", runtime);
  }

  private void check(Set<String> images) {
    String name = name() == null ? "" : name();
    if (name() != null && !NAME.matcher(name).matches()) {
      throw invalid("INVALID_NAME", "name must be at most 49 lower-case letters, digits and '-'");
    }
    String externalId = externalId();
    if (externalId != null && !EXTERNAL_ID.matcher(externalId).matches()) {
      throw invalid("INVALID_EXTERNAL_ID", "externalId must be at most 64 letters, digits and '-'");
    }
    if (!images.isEmpty() && !images.contains(image())) {
      ApiException refusal = invalid("INVALID_IMAGE", "image " + image() + " does not exist");
      ObjectNode details = refusal.body().putObject("details").put("requested_image", image());
      images.stream().sorted().forEach(details.putArray("supported_images")::add);
      throw refusal;
    }
    Lifetime unused = Lifetime.of(spec, Instant.now());
  }

  private void check(Unenforced unenforced) {
    JsonNode runtime = spec.path("runtime");
    JsonNode lifecycle = spec.path("lifecycle");
    refuse(unenforced.refusal("metadata.", metadata, METADATA));
    refuse(unenforced.refusal("spec.", spec, SPEC));
    refuse(unenforced.refusal("spec.runtime.", runtime, RUNTIME));
    runtime
        .path("ports")
        .forEach(port -> refuse(unenforced.refusal("spec.runtime.ports.", port, PORT)));
    refuse(unenforced.refusal("spec.lifecycle.", lifecycle, LIFECYCLE));
    lifecycle
        .path("expirationPolicies")
        .forEach(
            policy ->
                refuse(unenforced.refusal("spec.lifecycle.expirationPolicies.", policy, POLICY)));
  }

  private void refuse(@Nullable String refusal) {
    if (refusal != null) throw invalid("UNSUPPORTED", refusal);
  }

  private ApiException invalid(String code, String message) {
    return ApiException.ofCreation(400, code, String.valueOf(name()), message);
  }

  /** Null if the server chooses one. */
  @Nullable String name() {
    String name = metadata.path("name").asText("");
    return name.isEmpty() ? null : name;
  }

  @Nullable String externalId() {
    String id = metadata.path("externalId").asText("");
    return id.isEmpty() ? null : id;
  }

  String image() {
    return spec.path("runtime").path("image").asText();
  }

  /** The variables of its processes. */
  Map<String, String> environment() {
    Map<String, String> variables = new LinkedHashMap<>();
    for (JsonNode variable : spec.path("runtime").path("envs")) {
      variables.put(variable.path("name").asText(), variable.path("value").asText());
    }
    return variables;
  }

  /**
   * This definition as a replacement of another, with its name, and its external id unless there is
   * a new one.
   */
  Definition replacing(Definition before) {
    ObjectNode replaced = metadata.deepCopy();
    replaced.set("name", before.metadata.get("name"));
    if (!replaced.has("externalId") && before.externalId() != null) {
      replaced.put("externalId", before.externalId());
    }
    return new Definition(replaced, spec);
  }

  Definition named(String name) {
    ObjectNode named = metadata.deepCopy();
    named.put("name", name);
    return new Definition(named, spec);
  }

  /** Whether a text is contained in one of its names. */
  boolean mentions(String text) {
    List<String> names = new ArrayList<>();
    for (String field : List.of("name", "displayName", "externalId")) {
      names.add(metadata.path(field).asText(""));
    }
    return names.stream().anyMatch(name -> name.contains(text));
  }
}
