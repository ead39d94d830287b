package dev.sandpiper;

import org.jspecify.annotations.Nullable;

/**
 * The platform refused the request: a missing directory, an unknown user, an argument that is too
 * long. Change the request; repeating it does not help.
 */
public class InvalidRequestException extends SandboxException {
  private static final long serialVersionUID = 1L;

  public InvalidRequestException(Failure failure, @Nullable Throwable cause) {
    super(failure, cause);
  }

  public InvalidRequestException(Failure failure) {
    this(failure, null);
  }
}
