package dev.sandpiper;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What a platform says about a sandbox.
 *
 * @param id for {@link SandboxClient#connect}
 * @param template what it was made from
 * @param state what it does
 * @param labels as given at its creation
 * @param startedAt when it was created or last started
 * @param expiresAt when it ends by itself, if it does
 */
public record SandboxInfo(
    String id,
    String template,
    State state,
    Map<String, String> labels,
    Instant startedAt,
    Optional<Instant> expiresAt) {

  /** What a sandbox can be doing. */
  public enum State {
    RUNNING,
    /** It sleeps: its files are kept, and using it wakes it. */
    PAUSED,
    /** On its way up or down, or something this version has no word for. */
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
