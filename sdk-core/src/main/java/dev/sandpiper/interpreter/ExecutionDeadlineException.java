package dev.sandpiper.interpreter;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.Failure;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A limit was exceeded before a run ended: {@link CodeRequest#timeout}, or one of the client's
 * limits. The message says whether the code was stopped.
 */
public final class ExecutionDeadlineException extends DeadlineExceededException {
  private static final long serialVersionUID = 1L;

  private final Execution partial;

  public ExecutionDeadlineException(
      Limit limit,
      Duration limitDuration,
      Failure failure,
      Execution partial,
      @Nullable Throwable cause) {
    super(limit, limitDuration, failure, null, cause);
    this.partial = requireNonNull(partial, "partial");
  }

  /** What had arrived so far. */
  public Execution partialExecution() {
    return partial;
  }
}
