package dev.sandpiper.e2b;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.wire.Json;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * The resources that a sandbox used at one moment. The platform takes samples seconds apart, and
 * publishes them with a delay. Values missing in a sample are empty. Immutable.
 */
public final class E2bMetrics {
  private final JsonNode json;

  E2bMetrics(JsonNode json) {
    this.json = json;
  }

  /** When it was taken. */
  public Optional<Instant> time() {
    OptionalLong seconds = SandboxJson.number(json, "timestampUnix");
    return seconds.isPresent()
        ? Optional.of(Instant.ofEpochSecond(seconds.getAsLong()))
        : Json.instant(json, "timestamp");
  }

  public OptionalLong cpuCount() {
    return SandboxJson.number(json, "cpuCount");
  }

  /** In percent of one processor: four fully used ones are 400. */
  public OptionalDouble cpuUsedPercent() {
    JsonNode value = json.path("cpuUsedPct");
    return value.isNumber() ? OptionalDouble.of(value.doubleValue()) : OptionalDouble.empty();
  }

  public OptionalLong memoryUsedBytes() {
    return SandboxJson.number(json, "memUsed");
  }

  public OptionalLong memoryTotalBytes() {
    return SandboxJson.number(json, "memTotal");
  }

  /** The memory used as file cache, which is reclaimed when needed. */
  public OptionalLong memoryCacheBytes() {
    return SandboxJson.number(json, "memCache");
  }

  public OptionalLong diskUsedBytes() {
    return SandboxJson.number(json, "diskUsed");
  }

  public OptionalLong diskTotalBytes() {
    return SandboxJson.number(json, "diskTotal");
  }

  @Override
  public String toString() {
    return "E2bMetrics["
        + time().map(Instant::toString).orElse("?")
        + ", "
        + cpuUsedPercent()
        + "]";
  }
}
