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
import dev.sandpiper.http.Restated;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;

/** Classifies a platform's failures for a pool. */
final class Refusals {
  private Refusals() {}

  /**
   * True if a retry would fail too: everything except load, network failures and the platform's own
   * faults.
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

  /** True if the sandbox no longer exists, or is paused. */
  static boolean isGone(Throwable failure) {
    return failure instanceof NotFoundException missing && missing.what() == What.SANDBOX;
  }

  /** True if the failure says nothing about the sandbox itself. */
  static boolean isLoad(Throwable failure) {
    return failure instanceof RateLimitedException || failure instanceof ServiceBusyException;
  }

  static Optional<Duration> retryAfter(Throwable failure) {
    if (failure instanceof RateLimitedException limited) {
      return limited.retryAfter();
    }
    return failure instanceof ServiceBusyException busy ? busy.retryAfter() : Optional.empty();
  }

  /** The exception for a waiting caller; a new one of the same type if possible. */
  static SandboxException ofLease(String owner, ExecutionException outcome) {
    Throwable cause = outcome.getCause();
    if (cause instanceof SandboxException known) {
      return Restated.as(known.failure().withOperation("lease", owner), known);
    }
    String observed =
        "creating a sandbox threw " + (cause == null ? outcome : cause).getClass().getName();
    return new PlatformException(Failure.of("lease", owner, observed), cause);
  }
}
