package dev.sandpiper.e2b;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.wire.Json;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One line of a sandbox's log on the platform. Immutable. */
public final class E2bLogEntry {
  private final JsonNode json;

  E2bLogEntry(JsonNode json) {
    this.json = json;
  }

  /** When it was written; empty if it is missing or cannot be parsed. */
  public Optional<Instant> time() {
    return Json.instant(json, "timestamp");
  }

  /** The level, such as {@code info}. */
  public Optional<String> level() {
    return Json.text(json, "level");
  }

  public String message() {
    return Json.text(json, "message").orElse("");
  }

  /** The fields other than the message. */
  public Map<String, String> fields() {
    return Json.texts(json.path("fields"));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof E2bLogEntry that && json.equals(that.json);
  }

  @Override
  public int hashCode() {
    return json.hashCode();
  }

  /** Time and level only, because messages may contain anything. */
  @Override
  public String toString() {
    return "E2bLogEntry["
        + time().map(Instant::toString).orElse("?")
        + " "
        + level().orElse("?")
        + "]";
  }
}
