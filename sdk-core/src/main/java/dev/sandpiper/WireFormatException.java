package dev.sandpiper;

import org.jspecify.annotations.Nullable;

/** The other side sent something that its protocol does not allow. Nothing was guessed from it. */
public class WireFormatException extends SandboxException {
  private static final long serialVersionUID = 1L;

  public WireFormatException(Failure failure, @Nullable Throwable cause) {
    super(failure, cause);
  }

  public WireFormatException(Failure failure) {
    this(failure, null);
  }
}
