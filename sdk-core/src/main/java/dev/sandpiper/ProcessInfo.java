package dev.sandpiper;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A process as {@link Processes#list} found it. Immutable; each method that begins with {@code
 * with} returns a changed copy.
 */
public final class ProcessInfo {

  /** The state of a process. */
  public enum State {
    /** It runs. */
    RUNNING,
    /** It has exited, but a child holds its outputs open, or its end is just being reported. */
    EXITED,
    /** The sandbox does not report it. */
    UNKNOWN
  }

  private final Found found;

  private record Found(
      ProcessRef ref,
      List<String> command,
      State state,
      @Nullable String tag,
      Map<String, String> environment,
      @Nullable String directory) {
    Found {
      requireNonNull(ref, "ref");
      requireNonNull(state, "state");
      command = List.copyOf(command);
      environment = Map.copyOf(environment);
    }
  }

  private ProcessInfo(Found found) {
    this.found = found;
  }

  /** A process without further information. */
  public static ProcessInfo of(ProcessRef ref, List<String> command, State state) {
    return new ProcessInfo(new Found(ref, command, state, null, Map.of(), null));
  }

  public ProcessInfo withTag(String text) {
    return with(requireNonNull(text, "text"), found.environment, found.directory);
  }

  public ProcessInfo withEnvironment(Map<String, String> variables) {
    return with(found.tag, variables, found.directory);
  }

  public ProcessInfo withDirectory(String path) {
    return with(found.tag, found.environment, requireNonNull(path, "path"));
  }

  private ProcessInfo with(
      @Nullable String tag, Map<String, String> environment, @Nullable String directory) {
    return new ProcessInfo(
        new Found(found.ref, found.command, found.state, tag, environment, directory));
  }

  /**
   * Identifies it, for {@link Processes#attach}. For a process that this library did not start, it
   * contains a digest of this information instead of a nonce, so that a later process with the same
   * pid is accepted only if it also has the same command, environment, directory and tag.
   */
  public ProcessRef ref() {
    return found.ref;
  }

  /** The program and its arguments, as they were requested. */
  public List<String> command() {
    return found.command;
  }

  public State state() {
    return found.state;
  }

  /** The tag given to it when it was started, if the platform has tags. */
  public Optional<String> tag() {
    return Optional.ofNullable(found.tag);
  }

  /** The variables that were added to the sandbox's own when it was started. */
  public Map<String, String> environment() {
    return found.environment;
  }

  /** Its working directory; empty if none was given when it was started. */
  public Optional<String> directory() {
    return Optional.ofNullable(found.directory);
  }

  /**
   * The information as plain values: {@code ref} (text), {@code command} and {@code state}; {@code
   * tag} and {@code directory} if known. This is what Jackson serializes. The variables are not
   * included, because they may be secrets.
   */
  @JsonValue
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("ref", found.ref.toString());
    map.put("command", found.command);
    map.put("state", found.state.name());
    tag().ifPresent(text -> map.put("tag", text));
    directory().ifPresent(path -> map.put("directory", path));
    return map;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ProcessInfo that && found.equals(that.found);
  }

  @Override
  public int hashCode() {
    return found.hashCode();
  }

  /** Its reference and state only, because arguments and variables may be secrets. */
  @Override
  public String toString() {
    return "ProcessInfo[" + found.ref + ", " + found.state + "]";
  }
}
