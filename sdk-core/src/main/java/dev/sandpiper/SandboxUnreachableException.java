package dev.sandpiper;

import org.jspecify.annotations.Nullable;

/**
 * The platform knows the sandbox, but the daemon in it that serves commands and files cannot be
 * reached: it is not up yet, crashed, or ran out of memory. The call has not reached it, so it can
 * be repeated; if that does not help, {@link Sandbox#kill()} the sandbox.
 */
public class SandboxUnreachableException extends PlatformException {
  private static final long serialVersionUID = 1L;

  public SandboxUnreachableException(Failure failure, @Nullable Throwable cause) {
    super(failure, cause);
  }
}
