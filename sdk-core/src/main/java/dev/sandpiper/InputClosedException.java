package dev.sandpiper;

import org.jspecify.annotations.Nullable;

/**
 * A process no longer reads its standard input: it has closed it, or it has exited. Bytes sent
 * before may or may not have been read, as with every pipe. Often this is not a failure: check how
 * the process ended.
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
