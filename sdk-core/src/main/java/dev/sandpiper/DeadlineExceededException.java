package dev.sandpiper;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One of the four time limits was exceeded. The message says which, its value and where it was set.
 */
public class DeadlineExceededException extends SandboxException {
  private static final long serialVersionUID = 1L;

  /** The kinds of limits. */
  public enum Limit {
    /** No connection was established in time. Nothing was sent. */
    CONNECT,
    /** The response did not arrive in time: its head, or all of it if it is a short one. */
    RESPONSE,
    /** Nothing arrived for too long, not even a keep-alive, while a read waited for it. */
    IDLE,
    /** The command reached its own timeout and was stopped. */
    DEADLINE
  }

  private final Limit limit;
  private final Duration limitDuration;
  private final @Nullable ExecResult partialResult;

  public DeadlineExceededException(
      Limit limit,
      Duration limitDuration,
      Failure failure,
      @Nullable ExecResult partialResult,
      @Nullable Throwable cause) {
    super(failure, cause);
    this.limit = requireNonNull(limit, "limit");
    this.limitDuration = requireNonNull(limitDuration, "limitDuration");
    this.partialResult = partialResult;
  }

  /** Which limit was exceeded. */
  public Limit limit() {
    return limit;
  }

  /** The limit as it was set. */
  public Duration limitDuration() {
    return limitDuration;
  }

  /**
   * The output that the command had written, and how it ended when it was stopped. Only for {@link
   * Limit#DEADLINE} of an {@code exec}.
   */
  public Optional<ExecResult> partialResult() {
    return Optional.ofNullable(partialResult);
  }
}
