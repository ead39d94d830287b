package dev.sandpiper.engine;

import dev.sandpiper.Capability;
import dev.sandpiper.Command;
import dev.sandpiper.Failure;
import dev.sandpiper.ProcessInfo;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.TerminalSize;
import dev.sandpiper.UnsupportedCapabilityException;
import dev.sandpiper.http.CallScope;
import java.util.List;

/**
 * How a provider starts commands and finds them again. The scope that each method takes covers only
 * that call, not the stream of the process that it returns, which stays open until {@link
 * RunningCommand#cancel}.
 */
public interface CommandLauncher {

  /**
   * Starts a command and blocks until it runs. It is never started twice: after an ambiguous
   * failure the platform is asked for the process, which is adopted if it exists. If that cannot be
   * determined, the exception says so.
   */
  RunningCommand launch(Command command, CallScope scope);

  /** Like {@link #launch}, on a terminal. */
  RunningTerminal launchTerminal(Command command, TerminalSize size, CallScope scope);

  /** Connects to a running process. */
  RunningCommand attach(ProcessRef ref, CallScope scope);

  /**
   * Connects to a process at a position in its output.
   *
   * @throws UnsupportedCapabilityException if the platform keeps no output
   */
  default RunningCommand attach(ProcessRef ref, ByteOffsets position, CallScope scope) {
    throw new UnsupportedCapabilityException(
        Failure.of(
            "attach", ref.toString(), "this platform keeps no output; attach without a position"),
        Capability.REPLAY);
  }

  /** Connects to a running process on a terminal. */
  RunningTerminal attachTerminal(ProcessRef ref, CallScope scope);

  /** The running processes. */
  List<ProcessInfo> list(CallScope scope);
}
