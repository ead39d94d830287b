package dev.sandpiper;

/**
 * The platform refuses the operation permanently, for a reason that it gives: nothing was done, and
 * repeating the call does not help. {@link #code()} and the message say what to change, or whom to
 * ask.
 */
public class RefusedException extends SandboxException {
  private static final long serialVersionUID = 1L;

  public RefusedException(Failure failure) {
    super(failure, null);
  }
}
