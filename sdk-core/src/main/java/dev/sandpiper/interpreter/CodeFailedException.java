package dev.sandpiper.interpreter;

import dev.sandpiper.Failure;
import dev.sandpiper.SandboxException;

/**
 * {@link Execution#orThrow()} was called for code that raised an error, or whose end is unknown.
 */
public final class CodeFailedException extends SandboxException {
  private static final long serialVersionUID = 1L;

  private final Execution execution;

  public CodeFailedException(Execution execution) {
    super(Failure.of("run code", "", describe(execution)), null);
    this.execution = execution;
  }

  /** The results and the error of the run. */
  public Execution execution() {
    return execution;
  }

  private static String describe(Execution execution) {
    return execution
        .error()
        .map(CodeError::toString)
        .orElse("the end of the run was not reported; the code may have run in part");
  }
}
