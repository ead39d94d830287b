package dev.sandpiper.agent;

import dev.sandpiper.AuthenticationException;
import dev.sandpiper.CancelledException;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.RateLimitedException;
import dev.sandpiper.RefusedException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.ServiceBusyException;
import dev.sandpiper.UnsupportedCapabilityException;

/** What a model can do after a failure, one sentence for each kind. */
final class Advice {
  private Advice() {}

  static String after(SandboxException failure) {
    if (failure instanceof NotFoundException missing) {
      return afterMissing(missing.what());
    }
    if (failure instanceof AuthenticationException || failure instanceof RefusedException) {
      return "Calling again does not help: report this to the user.";
    }
    if (failure instanceof RateLimitedException || failure instanceof ServiceBusyException) {
      return "The platform is busy: wait a little, then call again.";
    }
    if (failure instanceof UnsupportedCapabilityException) {
      return "This sandbox cannot do that: use another tool, such as run_command.";
    }
    if (failure instanceof InvalidRequestException) {
      return "Correct the arguments, or do it in another way.";
    }
    if (failure instanceof CancelledException) {
      return "The connection to the sandbox was closed: stop, and report this to the user.";
    }
    return failure.retryable()
        ? "Nothing was done: the same call may be made again."
        : "Whether it was done is unknown: look at the state of the sandbox before repeating it.";
  }

  private static String afterMissing(What missing) {
    return switch (missing) {
      case SANDBOX, TEMPLATE ->
          "The sandbox does not run any more, so none of its tools works: stop, and report this to"
              + " the user.";
      case FILE -> "Look for the right path with list_files or find_files.";
      case PROCESS, LISTENER, CONTEXT -> "It has ended: start it again if it is needed.";
    };
  }
}
