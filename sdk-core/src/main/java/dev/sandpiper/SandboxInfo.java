package dev.sandpiper;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What a platform says about a sandbox. What it does not say, or says in a form that cannot be
 * read, is empty.
 *
 * @param id for {@link SandboxClient#connect}
 * @param template what it was made from
 * @param state what it does
 * @param labels as given at its creation; a label without a value is left out, and a value that is
 *     not a text is JSON
 * @param startedAt when it was created or last started
 * @param expiresAt when it ends by itself, if it does
 */
public record SandboxInfo(
    String id,
    Optional<String> template,
    State state,
    Map<String, String> labels,
    Optional<Instant> startedAt,
    Optional<Instant> expiresAt) {

  /** What a sandbox can be doing. */
  public enum State {
    RUNNING,
    /** It sleeps: its files are kept, and using it wakes it. */
    PAUSED,
    /** It is on its way out: it can be connected to no more, and its name is soon free. */
    DELETING,
    /** On its way up, failed, or something this version has no word for. */
    OTHER
  }

  public SandboxInfo {
    requireNonNull(id, "id");
    requireNonNull(template, "template");
    requireNonNull(state, "state");
    labels = Map.copyOf(labels);
    requireNonNull(startedAt, "startedAt");
    requireNonNull(expiresAt, "expiresAt");
  }
}
