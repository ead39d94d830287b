package dev.sandpiper;

import org.jspecify.annotations.Nullable;

/**
 * The platform failed, or sent a response for which there is no more specific exception. {@link
 * #retryable()} says whether the call may be repeated.
 */
public class PlatformException extends SandboxException {
  private static final long serialVersionUID = 1L;

  public PlatformException(Failure failure, @Nullable Throwable cause) {
    super(failure, cause);
  }

  public PlatformException(Failure failure) {
    this(failure, null);
  }
}
