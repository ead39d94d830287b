package dev.sandpiper.http;

import dev.sandpiper.CancelledException;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.Failure;
import dev.sandpiper.PlatformException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.WireFormatException;

/** Which failures leave open whether the platform did what it was asked. */
public final class Ambiguity {
  private Ambiguity() {}

  /**
   * True if the request may have taken effect. A clear refusal has not, nor has what never left; a
   * server's own "deadline exceeded" proves nothing, because the process may run all the same.
   */
  public static boolean mayHaveStarted(SandboxException failure) {
    int status = failure.status().orElse(0);
    boolean isRefusal = status >= 300 && status < 500;
    if (failure.retryable() || isRefusal) {
      return false;
    }
    return failure instanceof ConnectionLostException
        || failure instanceof DeadlineExceededException
        || failure instanceof WireFormatException
        || failure instanceof CancelledException
        || failure instanceof PlatformException;
  }

  /**
   * {@code failure} in its own kind if it can be ambiguous, with words in front that say what
   * cannot be known.
   *
   * @param observed such as "whether it ran cannot be known; the sandbox does not answer"
   */
  public static SandboxException unknown(SandboxException failure, String observed) {
    Failure unknown =
        failure.failure().withObserved(observed + "; " + failure.failure().observed());
    if (failure instanceof WireFormatException) {
      return new WireFormatException(unknown, failure);
    }
    if (failure instanceof CancelledException) {
      return new CancelledException(unknown, failure);
    }
    if (failure instanceof DeadlineExceededException exceeded) {
      return new DeadlineExceededException(
          exceeded.limit(), exceeded.value(), unknown, null, failure);
    }
    return failure instanceof ConnectionLostException
        ? new ConnectionLostException(unknown, null, failure)
        : new PlatformException(unknown, failure);
  }
}
