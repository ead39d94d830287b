package dev.sandpiper.blaxel;

import dev.sandpiper.SandboxSpec;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A change to a sandbox's metadata; the rest is kept. Immutable. */
public final class BlaxelMetadata {
  private static final BlaxelMetadata NOTHING = new BlaxelMetadata(null, null, null);

  private final @Nullable Map<String, String> labels;
  private final @Nullable String displayName;
  private final @Nullable String externalId;

  private BlaxelMetadata(
      @Nullable Map<String, String> labels,
      @Nullable String displayName,
      @Nullable String externalId) {
    this.labels = labels;
    this.displayName = displayName;
    this.externalId = externalId;
  }

  /** Changes nothing yet. */
  public static BlaxelMetadata unchanged() {
    return NOTHING;
  }

  /** Replaces all labels by these. */
  public BlaxelMetadata labels(Map<String, String> all) {
    all.forEach(SandboxSpec.standard()::label); // rejects text that cannot be sent
    return new BlaxelMetadata(Map.copyOf(all), displayName, externalId);
  }

  /** A name for people, of at most 63 characters. */
  public BlaxelMetadata displayName(String text) {
    BlaxelSandboxSpec.requireDisplayName(text);
    return new BlaxelMetadata(labels, text, externalId);
  }

  /** A key of your own. */
  public BlaxelMetadata externalId(String id) {
    BlaxelSandboxSpec.requireExternalId(id);
    return new BlaxelMetadata(labels, displayName, id);
  }

  Optional<Map<String, String>> labels() {
    return Optional.ofNullable(labels);
  }

  Optional<String> displayName() {
    return Optional.ofNullable(displayName);
  }

  Optional<String> externalId() {
    return Optional.ofNullable(externalId);
  }
}
