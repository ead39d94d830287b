package dev.sandpiper.pool;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.SandboxException;
import java.util.Optional;

/**
 * What {@link SandboxPool#reclaim} did about one sandbox.
 *
 * @param id of the sandbox
 * @param outcome what became of it
 * @param tag what its own record says about its pool; empty if it could not be looked at
 * @param failure why it is not known what became of it; only with {@link Outcome#UNKNOWN}
 */
public record Reclaimed(
    String id, Outcome outcome, Optional<PoolTag> tag, Optional<SandboxException> failure) {

  /** What can become of a sandbox that a list has shown. */
  public enum Outcome {
    /** It was killed by this call. */
    KILLED,
    /** It was not there any more. */
    GONE,
    /** It was left alone: its pool is open in this JVM, or the caller says that it lives. */
    SPARED,
    /** It was left alone: the list shows it, but its own record does not have the labels. */
    NOT_OURS,
    /** It could not be looked at or killed, and may live on. */
    UNKNOWN
  }

  public Reclaimed {
    requireNonNull(id, "id");
    requireNonNull(outcome, "outcome");
    requireNonNull(tag, "tag");
    requireNonNull(failure, "failure");
  }
}
