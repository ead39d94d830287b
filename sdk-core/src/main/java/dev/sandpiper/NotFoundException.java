package dev.sandpiper;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/** The subject of the call does not exist, or no longer exists. */
public class NotFoundException extends SandboxException {
  private static final long serialVersionUID = 1L;

  /** What can be missing. */
  public enum What {
    SANDBOX,
    TEMPLATE,
    PROCESS,
    FILE,
    /** A context of a sandbox's code interpreter. */
    CONTEXT,
    /** No program listens on that port of a running sandbox. */
    LISTENER
  }

  private final What what;

  public NotFoundException(What what, Failure failure, @Nullable Throwable cause) {
    super(failure, cause);
    this.what = requireNonNull(what, "what");
  }

  public NotFoundException(What what, Failure failure) {
    this(what, failure, null);
  }

  /** What is missing. */
  public What what() {
    return what;
  }
}
