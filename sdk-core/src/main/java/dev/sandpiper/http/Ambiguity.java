package dev.sandpiper.http;

import dev.sandpiper.CancelledException;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.Failure;
import dev.sandpiper.PlatformException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.WireFormatException;
import java.util.function.Supplier;

/** Classifies failures after which it is unknown whether the request took effect. */
public final class Ambiguity {
  private Ambiguity() {}

  /**
   * True if the request may have taken effect. False after an explicit refusal, or if no byte was
   * sent. True after the server's own "deadline exceeded", because the process may run
   * nevertheless.
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
   * Returns {@code failure} with {@code observed} prepended; as the same exception type if that
   * type can be ambiguous.
   *
   * @param observed such as "it is unknown whether it ran; the sandbox does not respond"
   */
  public static SandboxException unknown(SandboxException failure, String observed) {
    Failure known = failure.failure();
    Failure unknown = known.withObserved(observed + "; " + known.observed());
    return canBeAmbiguous(failure)
        ? Restated.as(unknown, failure)
        : new PlatformException(unknown, failure);
  }

  /** Makes a call. {@code observed} is prepended to a failure after which its effect is unknown. */
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
