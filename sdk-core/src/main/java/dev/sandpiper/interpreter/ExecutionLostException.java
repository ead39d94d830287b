package dev.sandpiper.interpreter;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.Failure;
import org.jspecify.annotations.Nullable;

/**
 * The connection closed before the service reported the end of a run. The code may have run in
 * part, or may still be running; it is not run again.
 */
public final class ExecutionLostException extends ConnectionLostException {
  private static final long serialVersionUID = 1L;

  private final Execution partial;

  public ExecutionLostException(Failure failure, Execution partial, @Nullable Throwable cause) {
    super(failure, null, cause);
    this.partial = requireNonNull(partial, "partial");
  }

  /** What had arrived so far. */
  public Execution partialExecution() {
    return partial;
  }
}
