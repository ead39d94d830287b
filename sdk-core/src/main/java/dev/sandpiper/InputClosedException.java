package dev.sandpiper;

import org.jspecify.annotations.Nullable;

/**
 * A process does not read its stdin any more: it has closed its standard input, or it has exited.
 * What was sent before may have been read or not, as with every pipe. Often this is not a failure:
 * look at how the process ended.
 */
public class InputClosedException extends SandboxException {
  private static final long serialVersionUID = 1L;

  public InputClosedException(Failure failure, @Nullable Throwable cause) {
    super(failure, cause);
  }

  public InputClosedException(Failure failure) {
    this(failure, null);
  }
}
