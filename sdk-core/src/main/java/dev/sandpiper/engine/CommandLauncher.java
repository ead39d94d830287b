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
 * How a provider starts commands and finds them again. The scope that each method takes is that of
 * the call alone: the process that it returns is followed until {@link RunningCommand#cancel}.
 */
public interface CommandLauncher {

  /**
   * Starts a command, once, and blocks until it runs. After a failure that leaves open whether it
   * runs, the platform is asked; what is found is adopted, and what cannot be known is said.
   */
  RunningCommand launch(Command command, CallScope scope);

  /** Like {@link #launch}, on a terminal. */
  RunningTerminal launchTerminal(Command command, TerminalSize size, CallScope scope);

  /** Connects to a process that runs. */
  RunningCommand attach(ProcessRef ref, CallScope scope);

  /**
   * Connects to a process at a place in its output.
   *
   * @throws UnsupportedCapabilityException where no output is kept
   */
  default RunningCommand attach(ProcessRef ref, ByteOffsets position, CallScope scope) {
    throw new UnsupportedCapabilityException(
        Failure.of("attach", ref.toString(), "this platform keeps no output; attach without"),
        Capability.REPLAY);
  }

  /** Connects to a process that runs on a terminal. */
  RunningTerminal attachTerminal(ProcessRef ref, CallScope scope);

  /** What runs. */
  List<ProcessInfo> list(CallScope scope);
}
