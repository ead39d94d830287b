package dev.sandpiper.e2b.process;

import dev.sandpiper.InputClosedException;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.PlatformException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.http.Ambiguity;
import dev.sandpiper.wire.ConnectCode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a sandbox answers about a process's input or terminal, in our words. */
final class InputErrors {
  /** Parts of what the daemon says, as "internal" or "unknown", when nobody reads any more. */
  private static final List<String> UNREAD = List.of("broken pipe", "file already closed");

  /** Parts of what it says when the call does not fit the process, and what to do. */
  private static final Map<String, String> UNFIT =
      Map.of(
          "stdin not enabled or closed",
          "its stdin is not open: started without one, or closed by another client",
          "tty assigned to process",
          "the process is on a terminal: attach to it with attachTerminal",
          "tty not assigned to process",
          "the process has no terminal: attach to it with attach");

  private InputErrors() {}

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
    SandboxException unfit = unfit(e);
    if (unfit != null) {
      return unfit;
    }
    return Ambiguity.mayHaveStarted(e)
        ? Ambiguity.unknown(e, "whether the process has read all of it cannot be known")
        : e;
  }

  /** Runs a call about a terminal, which does no harm twice. */
  static void translatedForTerminal(Runnable call) {
    try {
      call.run();
    } catch (SandboxException e) {
      SandboxException unfit = unfit(e);
      throw unfit == null ? e : unfit;
    }
  }

  private static @Nullable SandboxException unfit(SandboxException e) {
    String said = e.failure().observed();
    return UNFIT.entrySet().stream()
        .filter(entry -> e instanceof PlatformException && said.contains(entry.getKey()))
        .map(entry -> new InvalidRequestException(e.failure().withObserved(entry.getValue()), e))
        .findFirst()
        .orElse(null);
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
