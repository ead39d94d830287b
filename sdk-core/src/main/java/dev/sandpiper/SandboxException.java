package dev.sandpiper;

import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * An operation on a sandbox failed. The subclasses are split by what a caller does next; each
 * message names the operation, its subject and what was observed, and never contains a secret.
 * Serialization keeps all of its state, if its causes are serializable too.
 */
public abstract class SandboxException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Failure failure;

  protected SandboxException(Failure failure, @Nullable Throwable cause) {
    super(failure.message(), cause);
    this.failure = failure;
  }

  /** All details of the failure. */
  public Failure failure() {
    return failure;
  }

  /** The verb that failed, such as {@code exec}. */
  public String operation() {
    return failure.operation();
  }

  /** What it was applied to: a path, a program, a sandbox's id. */
  public String subject() {
    return failure.subject();
  }

  /** The HTTP status, if there was a response. */
  public OptionalInt status() {
    return failure.status();
  }

  /** The platform's own code for this failure, if it gave one. */
  public Optional<String> code() {
    return failure.code();
  }

  /** The platform's id of the request, to quote to its support. */
  public Optional<String> requestId() {
    return failure.requestId();
  }

  /** True if the same call may be made again without doing anything twice. */
  public boolean retryable() {
    return failure.retryable();
  }
}
