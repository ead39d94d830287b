package dev.sandpiper;

import org.jspecify.annotations.Nullable;

/** The platform does not accept the credentials: check the key and the account it belongs to. */
public class AuthenticationException extends SandboxException {
  private static final long serialVersionUID = 1L;

  public AuthenticationException(Failure failure, @Nullable Throwable cause) {
    super(failure, cause);
  }

  public AuthenticationException(Failure failure) {
    this(failure, null);
  }
}
