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

/** Maps the errors of calls to a process's stdin or terminal. */
final class InputErrors {
  /** Parts of the daemon's messages, with code "internal" or "unknown", for a closed stdin. */
  private static final List<String> UNREAD = List.of("broken pipe", "file already closed");

  /** Parts of its messages for a call that does not fit the process, and what to do. */
  private static final Map<String, String> UNFIT =
      Map.of(
          "stdin not enabled or closed",
          "its stdin is not open: started without one, or closed by another client",
          "tty assigned to process",
          "the process is on a terminal: attach to it with attachTerminal",
          "tty not assigned to process",
          "the process has no terminal: attach to it with attach");

  private InputErrors() {}

  /** Runs a call and translates its failure. Retryable only if the request was not sent. */
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
        ? Ambiguity.unknown(e, "it is unknown whether the process has read all of it")
        : e;
  }

  /** Runs an idempotent call about a terminal, and translates its failure. */
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

  /** True if the daemon reports the process as missing. A plain 404 comes from elsewhere. */
  private static boolean isMissing(SandboxException e) {
    return e instanceof NotFoundException missing
        && missing.what() == What.PROCESS
        && e.code().filter(ConnectCode.NOT_FOUND.wireName()::equals).isPresent();
  }

  private static InputClosedException closed(SandboxException e, String observed) {
    return new InputClosedException(e.failure().withObserved(observed), e);
  }
}
