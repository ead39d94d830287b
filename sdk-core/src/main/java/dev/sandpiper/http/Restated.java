package dev.sandpiper.http;

import dev.sandpiper.AuthenticationException;
import dev.sandpiper.CancelledException;
import dev.sandpiper.ConnectFailedException;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.Failure;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxNotRunningException;
import dev.sandpiper.SandboxUnreachableException;
import dev.sandpiper.ServiceBusyException;
import dev.sandpiper.WireFormatException;

/** Rewords failures: the same exception type with another message, and the original as cause. */
public final class Restated {
  private Restated() {}

  /**
   * Returns {@code failure} with this message. Exceptions whose type already says that nothing was
   * done, and why, are returned unchanged.
   */
  public static SandboxException as(Failure message, SandboxException failure) {
    if (failure instanceof ServiceBusyException busy) {
      return new ServiceBusyException(message, busy.retryAfter().orElse(null), failure);
    }
    if (failure instanceof SandboxUnreachableException) {
      return new SandboxUnreachableException(message, failure);
    }
    if (failure instanceof PlatformException) {
      return new PlatformException(message, failure);
    }
    if (failure instanceof WireFormatException) {
      return new WireFormatException(message, failure);
    }
    if (failure instanceof CancelledException) {
      return new CancelledException(message, failure);
    }
    if (failure instanceof InvalidRequestException) {
      return new InvalidRequestException(message, failure);
    }
    if (failure instanceof DeadlineExceededException exceeded) {
      return new DeadlineExceededException(
          exceeded.limit(),
          exceeded.limitDuration(),
          message,
          exceeded.partialResult().orElse(null),
          failure);
    }
    if (failure instanceof ConnectFailedException) {
      return new ConnectFailedException(message, failure);
    }
    if (failure instanceof ConnectionLostException) {
      return new ConnectionLostException(message, null, failure);
    }
    if (failure instanceof AuthenticationException) {
      return new AuthenticationException(message, failure);
    }
    if (failure instanceof SandboxNotRunningException absent) {
      return new SandboxNotRunningException(message, absent.state().orElse(null), failure);
    }
    if (failure instanceof NotFoundException missing) {
      return new NotFoundException(missing.what(), message, failure);
    }
    return failure;
  }

  /** The failure of one step as a failure of the whole operation. */
  public static SandboxException of(Failure operation, SandboxException step) {
    Failure known = step.failure();
    Failure message = known.withOperation(operation.operation(), operation.subject());
    return message.equals(known) ? step : as(message, step);
  }
}
