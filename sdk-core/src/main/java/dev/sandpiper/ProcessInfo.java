package dev.sandpiper;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A process as {@link Processes#list} found it.
 *
 * @param ref attaches to it. Of a process that this library did not start, it holds a digest of
 *     what is shown here instead of a nonce, so that a later process with the same number passes
 *     only if it also has the same command, environment, directory and tag
 * @param tag what its starter called it, where the platform knows such a thing
 * @param command the program and its arguments, as they were asked for
 * @param environment the variables that its starter added to the sandbox's own
 * @param directory where it was started; empty if its starter did not say
 */
public record ProcessInfo(
    ProcessRef ref,
    Optional<String> tag,
    List<String> command,
    Map<String, String> environment,
    Optional<String> directory,
    State state) {

  /** Whether it still runs. */
  public enum State {
    /** It runs. */
    RUNNING,
    /** It has exited; a child holds its outputs open, or its end is just being told. */
    EXITED,
    /** The sandbox does not show it. */
    UNKNOWN
  }

  public ProcessInfo {
    requireNonNull(ref, "ref");
    requireNonNull(tag, "tag");
    requireNonNull(directory, "directory");
    requireNonNull(state, "state");
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
  }

  /** Its reference and state: arguments and variables may be secrets. */
  @Override
  public String toString() {
    return "ProcessInfo[" + ref + ", " + state + "]";
  }
}
