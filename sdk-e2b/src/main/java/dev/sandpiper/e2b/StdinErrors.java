package dev.sandpiper.e2b;

import dev.sandpiper.InputClosedException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.PlatformException;
import dev.sandpiper.SandboxException;
import java.util.List;

/** What a sandbox answers about a process's stdin, in our words. */
final class StdinErrors {
  /** Parts of what the daemon says with the code "internal" or "unknown". */
  private static final List<String> CLOSED =
      List.of("broken pipe", "file already closed", "stdin not enabled or closed");

  private StdinErrors() {}

  /** Runs a call and throws what its failure means. Only what never left may be sent again. */
  static void translated(Runnable call) {
    try {
      call.run();
    } catch (SandboxException e) {
      throw translate(e);
    }
  }

  private static SandboxException translate(SandboxException e) {
    if (e instanceof NotFoundException missing && missing.what() == What.PROCESS) {
      return closed(e, "the process has exited");
    }
    if (e instanceof PlatformException
        && CLOSED.stream().anyMatch(e.failure().observed()::contains)) {
      return closed(e, "the process has closed its stdin, has exited, or was started without one");
    }
    return Ambiguity.mayHaveStarted(e)
        ? Ambiguity.unknown(e, "whether the process has read all of it cannot be known")
        : e;
  }

  private static InputClosedException closed(SandboxException e, String observed) {
    return new InputClosedException(e.failure().withObserved(observed), e);
  }
}
