package dev.sandpiper.e2b;

import dev.sandpiper.Command;
import dev.sandpiper.ExecResult;
import dev.sandpiper.OutputListener;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.Processes;
import dev.sandpiper.Terminal;
import dev.sandpiper.TerminalSize;

/** The processes of a sandbox on E2B. Safe for use by many threads. */
public interface E2bProcesses extends Processes {

  /** Like {@link Processes#exec(Command)}, with options specific to E2B. */
  ExecResult exec(E2bCommand command);

  /** Like {@link Processes#exec(Command, OutputListener)}, with options specific to E2B. */
  ExecResult exec(E2bCommand command, OutputListener listener);

  /** Like {@link Processes#start(Command)}, with options specific to E2B. */
  Process start(E2bCommand command);

  /** Like {@link Processes#startTerminal(Command, TerminalSize)}, with options specific to E2B. */
  Terminal startTerminal(E2bCommand command, TerminalSize size);

  /**
   * Attaches to the process with this tag, even if another client started it. Otherwise like {@link
   * Processes#attach(ProcessRef)}.
   *
   * @throws dev.sandpiper.NotFoundException if no process with this tag is running
   * @throws dev.sandpiper.InvalidRequestException if several are; the message has their pids, and
   *     {@link Processes#list} their references
   */
  Process attachTagged(String tag);
}
