package dev.sandpiper.pool;

import dev.sandpiper.AuthenticationException;
import dev.sandpiper.CancelledException;
import dev.sandpiper.Failure;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.PlatformException;
import dev.sandpiper.RateLimitedException;
import dev.sandpiper.RefusedException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.ServiceBusyException;
import dev.sandpiper.UnsupportedCapabilityException;
import dev.sandpiper.http.Retold;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;

/** What the failures of a platform mean for a pool. */
final class Refusals {
  private Refusals() {}

  /**
   * True if waiting does not help: everything but load, the network and a platform's own faults.
   */
  static boolean isPermanent(Throwable failure) {
    return !(failure instanceof SandboxException)
        || failure instanceof AuthenticationException
        || failure instanceof CancelledException // the client is closed
        || failure instanceof InvalidRequestException
        || (failure instanceof NotFoundException && !isGone(failure))
        || failure instanceof RefusedException
        || failure instanceof UnsupportedCapabilityException;
  }

  /** True if the sandbox that was asked for more time is not there any more, or sleeps. */
  static boolean isGone(Throwable failure) {
    return failure instanceof NotFoundException missing && missing.what() == What.SANDBOX;
  }

  /** True if the sandbox itself is as well as before. */
  static boolean isLoad(Throwable failure) {
    return failure instanceof RateLimitedException || failure instanceof ServiceBusyException;
  }

  static Optional<Duration> retryAfter(Throwable failure) {
    if (failure instanceof RateLimitedException limited) {
      return limited.retryAfter();
    }
    return failure instanceof ServiceBusyException busy ? busy.retryAfter() : Optional.empty();
  }

  /** What has failed a caller's waiting, as a failure of its own where its kind allows that. */
  static SandboxException ofLease(String owner, ExecutionException outcome) {
    Throwable cause = outcome.getCause();
    if (cause instanceof SandboxException known) {
      return Retold.as(known.failure().withOperation("lease", owner), known);
    }
    String observed =
        "creating a sandbox threw " + (cause == null ? outcome : cause).getClass().getName();
    return new PlatformException(Failure.of("lease", owner, observed), cause);
  }
}
