package dev.sandpiper;

import org.jspecify.annotations.Nullable;

/** The peer violated its protocol. Nothing was inferred from the malformed data. */
public class WireFormatException extends SandboxException {
  private static final long serialVersionUID = 1L;

  public WireFormatException(Failure failure, @Nullable Throwable cause) {
    super(failure, cause);
  }

  public WireFormatException(Failure failure) {
    this(failure, null);
  }
}
