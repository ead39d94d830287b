package dev.sandpiper;

import org.jspecify.annotations.Nullable;

/**
 * The platform knows the sandbox, and what serves commands and files in it cannot be reached: it is
 * not up yet, crashed, or ran out of memory. The call has not reached it, so it can be made again;
 * where that does not help, {@link Sandbox#kill()} the sandbox.
 */
public class SandboxUnreachableException extends PlatformException {
  private static final long serialVersionUID = 1L;

  public SandboxUnreachableException(Failure failure, @Nullable Throwable cause) {
    super(failure, cause);
  }
}
