package dev.sandpiper.pool;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.SandboxException;
import java.util.Optional;

/**
 * The result of {@link SandboxPool#reclaim} for one sandbox.
 *
 * @param tag the pool's labels in its own record; empty if it could not be looked up
 * @param failure why the outcome is unknown; present only with {@link Outcome#UNKNOWN}
 */
public record Reclaimed(
    String id, Outcome outcome, Optional<PoolTag> tag, Optional<SandboxException> failure) {

  /** What happened to a listed sandbox. */
  public enum Outcome {
    /** It was killed by this call. */
    KILLED,
    /** It no longer existed. */
    GONE,
    /** It was not killed: its pool is open in this JVM, or the predicate returned false. */
    SPARED,
    /** It was not killed: it was listed, but its own record does not have the labels. */
    NOT_OURS,
    /** It could not be looked up or killed, and may still run. */
    UNKNOWN
  }

  public Reclaimed {
    requireNonNull(id, "id");
    requireNonNull(outcome, "outcome");
    requireNonNull(tag, "tag");
    requireNonNull(failure, "failure");
  }
}
