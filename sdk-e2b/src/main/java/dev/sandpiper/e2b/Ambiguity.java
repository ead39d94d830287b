package dev.sandpiper.e2b;

import dev.sandpiper.CancelledException;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.WireFormatException;

/** Which failures leave open whether the platform did what it was asked. */
final class Ambiguity {
  private Ambiguity() {}

  /**
   * True if the request may have taken effect. A clear refusal has not, nor what never left; a
   * server's own "deadline exceeded" proves nothing, because the process may run all the same.
   */
  static boolean mayHaveStarted(SandboxException failure) {
    if (failure.retryable()) {
      return false;
    }
    return failure instanceof ConnectionLostException
        || failure instanceof DeadlineExceededException
        || failure instanceof WireFormatException
        || failure instanceof CancelledException
        || failure instanceof PlatformException;
  }
}
