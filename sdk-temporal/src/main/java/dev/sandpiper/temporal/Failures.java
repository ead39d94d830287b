package dev.sandpiper.temporal;

import dev.sandpiper.AuthenticationException;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.RateLimitedException;
import dev.sandpiper.RefusedException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.UnsupportedCapabilityException;
import io.temporal.failure.ApplicationFailure;
import java.io.IOException;

/** The failure of an attempt as the workflow sees it, and whether Temporal retries. */
final class Failures {
  private Failures() {}

  /** Another attempt attaches or looks first, so only failures that would recur are final. */
  static ApplicationFailure of(SandboxException e) {
    ApplicationFailure.Builder failure =
        ApplicationFailure.newBuilder()
            .setMessage(e.getMessage())
            .setType(e.getClass().getSimpleName())
            .setNonRetryable(isFinal(e))
            .setCause(e);
    if (e instanceof RateLimitedException limited) {
      limited.retryAfter().ifPresent(failure::setNextRetryDelay);
    }
    return failure.build();
  }

  private static boolean isFinal(SandboxException e) {
    return e instanceof AuthenticationException
        || e instanceof InvalidRequestException
        || e instanceof NotFoundException
        || e instanceof RefusedException
        || e instanceof UnsupportedCapabilityException;
  }

  static ApplicationFailure ofSink(IOException e) {
    return ApplicationFailure.newFailureWithCause(
        "run: the sink of the output failed: " + e.getMessage(), "SinkFailed", e);
  }

  /** Another attempt looks again. */
  static ApplicationFailure lookFailed(String sandboxId, ExitStatus exit) {
    return ApplicationFailure.newFailure(
        "run: the look at what was started in " + sandboxId + " did not end by itself: " + exit,
        "LookFailed");
  }

  static ApplicationFailure startUnknown(String sandboxId, String path) {
    return ApplicationFailure.newNonRetryableFailure(
        "run: it is unknown whether the command was started in "
            + sandboxId
            + ": the mark at "
            + path
            + " cannot be read. It is not started again; look at the sandbox, or use another",
        "StartUnknown");
  }

  static ApplicationFailure notStarted(CommandRequest request, String path) {
    return ApplicationFailure.newNonRetryableFailure(
        "run "
            + request
            + ": not started, because "
            + path
            + " could not be written; the home directory of the sandbox must be writable",
        "NotStarted");
  }

  static ApplicationFailure noHeartbeat(CommandRequest request) {
    return ApplicationFailure.newNonRetryableFailure(
        "run "
            + request
            + ": not started, because the activity has no heartbeat timeout and a killed worker"
            + " would not be noticed; set one, such as 15 seconds. A local activity has none",
        "NotStarted");
  }

  static ApplicationFailure timeout(CommandRequest request, CommandOutcome soFar) {
    return ApplicationFailure.newNonRetryableFailure(
        "run " + request + ": its time was over and it was stopped (" + soFar.exit() + ")",
        "CommandTimeout",
        soFar);
  }
}
