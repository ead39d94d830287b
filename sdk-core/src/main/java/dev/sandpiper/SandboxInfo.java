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

  private final Facts facts;

  private record Facts(
      String id,
      State state,
      @Nullable String template,
      Map<String, String> labels,
      @Nullable Instant startedAt,
      @Nullable Instant expiresAt) {
    Facts {
      requireNonNull(id, "id");
      requireNonNull(state, "state");
      labels = Map.copyOf(labels);
    }
  }

  private SandboxInfo(Facts facts) {
    this.facts = facts;
  }

  /** A sandbox without further information. */
  public static SandboxInfo of(String id, State state) {
    return new SandboxInfo(new Facts(id, state, null, Map.of(), null, null));
  }

  public SandboxInfo withTemplate(String name) {
    requireNonNull(name, "name");
    return new SandboxInfo(
        new Facts(facts.id, facts.state, name, facts.labels, facts.startedAt, facts.expiresAt));
  }

  public SandboxInfo withLabels(Map<String, String> labels) {
    return new SandboxInfo(
        new Facts(facts.id, facts.state, facts.template, labels, facts.startedAt, facts.expiresAt));
  }

  public SandboxInfo withStartedAt(Instant time) {
    requireNonNull(time, "time");
    return new SandboxInfo(
        new Facts(facts.id, facts.state, facts.template, facts.labels, time, facts.expiresAt));
  }

  public SandboxInfo withExpiresAt(Instant time) {
    requireNonNull(time, "time");
    return new SandboxInfo(
        new Facts(facts.id, facts.state, facts.template, facts.labels, facts.startedAt, time));
  }

  /** For {@link SandboxClient#connect}. */
  public String id() {
    return facts.id;
  }

  /** Its state. */
  public State state() {
    return facts.state;
  }

  /** The template or image that it was created from. */
  public Optional<String> template() {
    return Optional.ofNullable(facts.template);
  }

  /**
   * The labels given at its creation; a label without a value is left out, and a value that is not
   * text is JSON.
   */
  public Map<String, String> labels() {
    return facts.labels;
  }

  /** When it was created or last started. */
  public Optional<Instant> startedAt() {
    return Optional.ofNullable(facts.startedAt);
  }

  /** When its time to live ends, if it has one. */
  public Optional<Instant> expiresAt() {
    return Optional.ofNullable(facts.expiresAt);
  }

  /**
   * The information as plain values: {@code id}, {@code state} and {@code labels}; {@code
   * template}, {@code startedAt} and {@code expiresAt} (text) if known. This is what Jackson
   * serializes.
   */
  @JsonValue
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("id", facts.id);
    map.put("state", facts.state.name());
    map.put("labels", facts.labels);
    template().ifPresent(name -> map.put("template", name));
    startedAt().ifPresent(time -> map.put("startedAt", time.toString()));
    expiresAt().ifPresent(time -> map.put("expiresAt", time.toString()));
    return map;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SandboxInfo that && facts.equals(that.facts);
  }

  @Override
  public int hashCode() {
    return facts.hashCode();
  }

  /** Its id and state only, because labels may be sensitive. */
  @Override
  public String toString() {
    return "SandboxInfo[" + facts.id + ", " + facts.state + "]";
  }
}
