package dev.sandpiper.e2b;

import dev.sandpiper.InputClosedException;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.PlatformException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.wire.ConnectCode;
import java.util.List;

/** What a sandbox answers about a process's stdin, in our words. */
final class StdinErrors {
  /** Parts of what the daemon says, as "internal" or "unknown", when nobody reads any more. */
  private static final List<String> UNREAD = List.of("broken pipe", "file already closed");

  /** What it says when the stdin was never open, or a client has closed it. */
  private static final String NOT_OPEN = "stdin not enabled or closed";

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
    String said = e.failure().observed();
    if (isMissing(e)) {
      return closed(e, "the process has exited");
    }
    if (e instanceof PlatformException && UNREAD.stream().anyMatch(said::contains)) {
      return closed(e, "the process has closed its stdin, or has exited");
    }
    if (e instanceof PlatformException && said.contains(NOT_OPEN)) {
      String observed = "its stdin is not open: started without one, or closed by another client";
      return new InvalidRequestException(e.failure().withObserved(observed), e);
    }
    return Ambiguity.mayHaveStarted(e)
        ? Ambiguity.unknown(e, "whether the process has read all of it cannot be known")
        : e;
  }

  /** Only the daemon knows its processes: a plain 404 comes from somebody else. */
  private static boolean isMissing(SandboxException e) {
    return e instanceof NotFoundException missing
        && missing.what() == What.PROCESS
        && e.code().filter(ConnectCode.NOT_FOUND.wireName()::equals).isPresent();
  }

  private static InputClosedException closed(SandboxException e, String observed) {
    return new InputClosedException(e.failure().withObserved(observed), e);
  }
}
