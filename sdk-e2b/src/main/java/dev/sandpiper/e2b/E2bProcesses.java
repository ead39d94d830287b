package dev.sandpiper.e2b;

import dev.sandpiper.Command;
import dev.sandpiper.ExecResult;
import dev.sandpiper.OutputListener;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.Processes;
import dev.sandpiper.Terminal;
import dev.sandpiper.TerminalSize;

/** The processes of a sandbox at E2B. Safe for use by many threads. */
public interface E2bProcesses extends Processes {

  /** {@link Processes#exec(Command)} with what only E2B knows. */
  ExecResult exec(E2bCommand command);

  /** {@link Processes#exec(Command, OutputListener)} with what only E2B knows. */
  ExecResult exec(E2bCommand command, OutputListener listener);

  /** {@link Processes#start(Command)} with what only E2B knows. */
  Process start(E2bCommand command);

  /** {@link Processes#startTerminal(Command, TerminalSize)} with what only E2B knows. */
  Terminal startTerminal(E2bCommand command, TerminalSize size);

  /**
   * Attaches to the process with this tag, also of another client. Otherwise like {@link
   * Processes#attach(ProcessRef)}.
   *
   * @throws dev.sandpiper.NotFoundException if none with this tag runs
   * @throws dev.sandpiper.InvalidRequestException if several do; it names their numbers, and {@link
   *     Processes#list} has their references
   */
  Process attachTagged(String tag);
}
