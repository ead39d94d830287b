package dev.sandpiper;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Whether a request that has failed, or was answered with 429, 502, 503 or 504, is sent again. On
 * Blaxel also after a token that has expired (401) and while a sandbox wakes (404).
 *
 * @param operation the verb, as in an error
 * @param subject what it is about, as in an error
 * @param attempt how often the request has been sent for this reason, this time included
 * @param status of the answer; empty if there was none
 * @param failure why there was no answer, or none that could be read; empty if its status is the
 *     reason
 * @param verdict whether it is sent again, and if not, why
 * @param pause before it is sent again; what the platform asks for after {@link
 *     Verdict#RETRY_AFTER_TOO_LONG}; otherwise zero
 */
public record RetryDecision(
    String operation,
    String subject,
    int attempt,
    OptionalInt status,
    Optional<SandboxException> failure,
    Verdict verdict,
    Duration pause) {

  public RetryDecision {
    requireNonNull(operation, "operation");
    requireNonNull(subject, "subject");
    requireNonNull(status, "status");
    requireNonNull(failure, "failure");
    requireNonNull(verdict, "verdict");
    requireNonNull(pause, "pause");
  }

  public boolean isRepeated() {
    return verdict == Verdict.REPEATED;
  }

  /** What was decided. More values may be added. */
  public enum Verdict {
    /** It is sent again after the pause, unless the call ends before. */
    REPEATED,
    /** It may have had an effect, and having that twice could do harm. */
    NOT_REPEATABLE,
    /** Its body can be read only once. */
    BODY_READ_ONCE,
    /** There were as many attempts as {@link RetryOptions#attempts()} allows. */
    ATTEMPTS_USED_UP,
    /** The call would be over before the next attempt, or a response limit has passed already. */
    NO_TIME_LEFT,
    /** {@code Retry-After} asks for more than {@link RetryOptions#longestPause()}. */
    RETRY_AFTER_TOO_LONG
  }
}
