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
public final class Retold {
  private Retold() {}

  /**
   * Returns {@code failure} with the message of {@code told}. Exceptions whose type already says
   * that nothing was done, and why, are returned unchanged.
   */
  public static SandboxException as(Failure told, SandboxException failure) {
    if (failure instanceof ServiceBusyException busy) {
      return new ServiceBusyException(told, busy.retryAfter().orElse(null), failure);
    }
    if (failure instanceof SandboxUnreachableException) {
      return new SandboxUnreachableException(told, failure);
    }
    if (failure instanceof PlatformException) {
      return new PlatformException(told, failure);
    }
    if (failure instanceof WireFormatException) {
      return new WireFormatException(told, failure);
    }
    if (failure instanceof CancelledException) {
      return new CancelledException(told, failure);
    }
    if (failure instanceof InvalidRequestException) {
      return new InvalidRequestException(told, failure);
    }
    if (failure instanceof DeadlineExceededException exceeded) {
      return new DeadlineExceededException(
          exceeded.limit(),
          exceeded.limitDuration(),
          told,
          exceeded.partialResult().orElse(null),
          failure);
    }
    if (failure instanceof ConnectFailedException) {
      return new ConnectFailedException(told, failure);
    }
    if (failure instanceof ConnectionLostException) {
      return new ConnectionLostException(told, null, failure);
    }
    if (failure instanceof AuthenticationException) {
      return new AuthenticationException(told, failure);
    }
    if (failure instanceof SandboxNotRunningException absent) {
      return new SandboxNotRunningException(told, absent.state().orElse(null), failure);
    }
    if (failure instanceof NotFoundException missing) {
      return new NotFoundException(missing.what(), told, failure);
    }
    return failure;
  }

  /** The failure of one step as a failure of the whole operation. */
  public static SandboxException of(Failure operation, SandboxException step) {
    Failure known = step.failure();
    Failure told = known.withOperation(operation.operation(), operation.subject());
    return told.equals(known) ? step : as(told, step);
  }
}
