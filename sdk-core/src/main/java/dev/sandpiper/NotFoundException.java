package dev.sandpiper;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/** What the call was about does not exist, or no longer. */
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
    /** Nothing listens on a port of a sandbox that runs. */
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
