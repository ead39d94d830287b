package dev.sandpiper;

import static java.util.Objects.requireNonNull;

import java.io.IOException;

/** A {@link SandboxException} on its way through an {@code InputStream} or {@code OutputStream}. */
public class SandboxIOException extends IOException {
  private static final long serialVersionUID = 1L;

  private final SandboxException failure;

  public SandboxIOException(SandboxException failure) {
    super(requireNonNull(failure, "failure").getMessage(), failure);
    this.failure = failure;
  }

  /** What went wrong; the cause as well. */
  public SandboxException failure() {
    return failure;
  }
}
