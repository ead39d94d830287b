package dev.sandpiper;

import static java.util.Objects.requireNonNull;

import java.io.IOException;

/** Carries a {@link SandboxException} through an {@code InputStream} or {@code OutputStream}. */
public class SandboxIOException extends IOException {
  private static final long serialVersionUID = 1L;

  private final SandboxException cause;

  public SandboxIOException(SandboxException cause) {
    super(requireNonNull(cause, "cause").getMessage(), cause);
    this.cause = cause;
  }

  /** The exception that a method other than a stream's would have thrown. */
  @Override
  public SandboxException getCause() {
    return cause;
  }

  /** {@link SandboxException#failure()} of the cause. */
  public Failure failure() {
    return cause.failure();
  }
}
