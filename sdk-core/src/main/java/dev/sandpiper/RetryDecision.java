package dev.sandpiper;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Whether a request that failed, or got a response of 429, 502, 503 or 504, is sent again. On
 * Blaxel also after an expired token (401) and while a sandbox wakes (404).
 *
 * @param operation the verb, as in an exception
 * @param subject what it is applied to, as in an exception
 * @param attempt how often the request has been sent for this reason, this time included
 * @param status the status of the response; empty if there was none
 * @param failure why there was no response, or none that could be read; empty if its status is the
 *     reason
 * @param verdict whether it is sent again, and if not, why
 * @param pause the pause before it is sent again; after {@link Verdict#RETRY_AFTER_TOO_LONG} what
 *     the platform asks for; otherwise zero
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

  /** The decision. More values may be added. */
  public enum Verdict {
    /** It is sent again after the pause, unless the call ends before. */
    REPEATED,
    /** It may have had an effect, and repeating that could do harm. */
    NOT_REPEATABLE,
    /** Its body can be read only once. */
    BODY_READ_ONCE,
    /** All attempts that {@link RetryOptions#attempts()} allows have been made. */
    ATTEMPTS_USED_UP,
    /** The call's deadline is before the next attempt, or a response limit has passed already. */
    NO_TIME_LEFT,
    /** {@code Retry-After} asks for more than {@link RetryOptions#longestPause()}. */
    RETRY_AFTER_TOO_LONG
  }
}
