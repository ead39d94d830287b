package dev.sandpiper;

import org.jspecify.annotations.Nullable;

/**
 * The operation was cancelled because its thread was interrupted (the interrupt flag is set again)
 * or because a resource that it used was closed.
 */
public class CancelledException extends SandboxException {
  private static final long serialVersionUID = 1L;

  public CancelledException(Failure failure, @Nullable Throwable cause) {
    super(failure, cause);
  }

  public CancelledException(Failure failure) {
    this(failure, null);
  }
}
