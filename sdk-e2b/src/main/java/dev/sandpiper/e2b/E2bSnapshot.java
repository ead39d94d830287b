package dev.sandpiper.e2b;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.wire.Json;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The saved state of a sandbox, from which others are created: {@code
 * SandboxSpec.template(snapshot.id())}. It exists until {@link E2bClient#deleteSnapshot}.
 * Immutable.
 */
public final class E2bSnapshot {
  private final String id;
  private final List<String> names;

  private E2bSnapshot(String id, List<String> names) {
    this.id = id;
    this.names = names;
  }

  static E2bSnapshot of(JsonNode json, HttpResponse response) {
    String id =
        Json.text(json, "snapshotID")
            .orElseThrow(
                () -> new WireFormatException(response.failure("a snapshot without a snapshotID")));
    List<String> names = new ArrayList<>();
    for (JsonNode name : json.path("names")) {
      if (name.isTextual()) {
        names.add(name.asText());
      }
    }
    return new E2bSnapshot(requireNonNull(id, "id"), List.copyOf(names));
  }

  /** The id, for {@link dev.sandpiper.SandboxSpec#template}. */
  public String id() {
    return id;
  }

  /** Its names; empty if it has none. */
  public List<String> names() {
    return names;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof E2bSnapshot that && id.equals(that.id);
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }

  @Override
  public String toString() {
    return "E2bSnapshot[" + id + "]";
  }
}
