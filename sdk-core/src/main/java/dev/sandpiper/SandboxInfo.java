package dev.sandpiper;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A platform's information about a sandbox. Values that are absent, or cannot be parsed, are empty.
 * Immutable; each method that begins with {@code with} returns a changed copy.
 */
public final class SandboxInfo {

  /** The state of a sandbox. */
  public enum State {
    RUNNING,
    /** It sleeps: its files are kept, and using it wakes it. */
    PAUSED,
    /** It is being deleted: no client can connect to it, and its name will soon be free. */
    DELETING,
    /** Starting, failed, or in a state that this version does not know. */
    OTHER
  }

  private final Told told;

  private record Told(
      String id,
      State state,
      @Nullable String template,
      Map<String, String> labels,
      @Nullable Instant startedAt,
      @Nullable Instant expiresAt) {
    Told {
      requireNonNull(id, "id");
      requireNonNull(state, "state");
      labels = Map.copyOf(labels);
    }
  }

  private SandboxInfo(Told told) {
    this.told = told;
  }

  /** A sandbox without further information. */
  public static SandboxInfo of(String id, State state) {
    return new SandboxInfo(new Told(id, state, null, Map.of(), null, null));
  }

  public SandboxInfo withTemplate(String name) {
    requireNonNull(name, "name");
    return new SandboxInfo(
        new Told(told.id, told.state, name, told.labels, told.startedAt, told.expiresAt));
  }

  public SandboxInfo withLabels(Map<String, String> labels) {
    return new SandboxInfo(
        new Told(told.id, told.state, told.template, labels, told.startedAt, told.expiresAt));
  }

  public SandboxInfo withStartedAt(Instant time) {
    requireNonNull(time, "time");
    return new SandboxInfo(
        new Told(told.id, told.state, told.template, told.labels, time, told.expiresAt));
  }

  public SandboxInfo withExpiresAt(Instant time) {
    requireNonNull(time, "time");
    return new SandboxInfo(
        new Told(told.id, told.state, told.template, told.labels, told.startedAt, time));
  }

  /** For {@link SandboxClient#connect}. */
  public String id() {
    return told.id;
  }

  /** Its state. */
  public State state() {
    return told.state;
  }

  /** The template or image that it was created from. */
  public Optional<String> template() {
    return Optional.ofNullable(told.template);
  }

  /**
   * The labels given at its creation; a label without a value is left out, and a value that is not
   * text is JSON.
   */
  public Map<String, String> labels() {
    return told.labels;
  }

  /** When it was created or last started. */
  public Optional<Instant> startedAt() {
    return Optional.ofNullable(told.startedAt);
  }

  /** When its time to live ends, if it has one. */
  public Optional<Instant> expiresAt() {
    return Optional.ofNullable(told.expiresAt);
  }

  /**
   * The information as plain values: {@code id}, {@code state} and {@code labels}; {@code
   * template}, {@code startedAt} and {@code expiresAt} (text) if known. This is what Jackson
   * serializes.
   */
  @JsonValue
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("id", told.id);
    map.put("state", told.state.name());
    map.put("labels", told.labels);
    template().ifPresent(name -> map.put("template", name));
    startedAt().ifPresent(time -> map.put("startedAt", time.toString()));
    expiresAt().ifPresent(time -> map.put("expiresAt", time.toString()));
    return map;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SandboxInfo that && told.equals(that.told);
  }

  @Override
  public int hashCode() {
    return told.hashCode();
  }

  /** Its id and state only, because labels may be sensitive. */
  @Override
  public String toString() {
    return "SandboxInfo[" + told.id + ", " + told.state + "]";
  }
}
