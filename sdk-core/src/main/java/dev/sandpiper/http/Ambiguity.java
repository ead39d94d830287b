package dev.sandpiper.http;

import dev.sandpiper.CancelledException;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.Failure;
import dev.sandpiper.PlatformException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.WireFormatException;
import java.util.function.Supplier;

/** Which failures leave open whether the platform did what it was asked. */
public final class Ambiguity {
  private Ambiguity() {}

  /**
   * True if the request may have taken effect. A clear refusal has not, nor has what never left; a
   * server's own "deadline exceeded" proves nothing, because the process may run all the same.
   */
  public static boolean mayHaveStarted(SandboxException failure) {
    int status = failure.status().orElse(0);
    boolean isRefusal =
        status >= 300 && status < 500 && !(failure instanceof ConnectionLostException);
    if (failure.retryable() || isRefusal) {
      return false;
    }
    return canBeAmbiguous(failure);
  }

  /**
   * {@code failure} in its own kind if it can be ambiguous, with words in front that say what
   * cannot be known.
   *
   * @param observed such as "whether it ran is unknown; the sandbox does not respond"
   */
  public static SandboxException unknown(SandboxException failure, String observed) {
    Failure known = failure.failure();
    Failure unknown = known.withObserved(observed + "; " + known.observed());
    return canBeAmbiguous(failure)
        ? Retold.as(unknown, failure)
        : new PlatformException(unknown, failure);
  }

  /** Makes a call; {@code observed} is said of a failure that leaves its effect open. */
  public static <T> T saying(String observed, Supplier<T> call) {
    try {
      return call.get();
    } catch (SandboxException e) {
      throw mayHaveStarted(e) ? unknown(e, observed) : e;
    }
  }

  private static boolean canBeAmbiguous(SandboxException failure) {
    return failure instanceof ConnectionLostException
        || failure instanceof DeadlineExceededException
        || failure instanceof WireFormatException
        || failure instanceof CancelledException
        || failure instanceof PlatformException;
  }
}
