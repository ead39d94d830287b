package dev.sandpiper;

import org.jspecify.annotations.Nullable;

/**
 * The platform failed, or answered in a way that fits nothing else. {@link #retryable()} says
 * whether the call may be repeated.
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
