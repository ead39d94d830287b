package dev.sandpiper.blaxel;

import dev.sandpiper.Command;
import dev.sandpiper.ExecResult;
import dev.sandpiper.OutputListener;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.Processes;

/** The processes of a sandbox at Blaxel. Safe for use by many threads. */
public interface BlaxelProcesses extends Processes {

  /** {@link Processes#exec(Command)} with what only Blaxel knows. */
  ExecResult exec(BlaxelCommand command);

  /** {@link Processes#exec(Command, OutputListener)} with what only Blaxel knows. */
  ExecResult exec(BlaxelCommand command, OutputListener listener);

  @Override
  BlaxelProcess start(Command command);

  /** {@link #start(Command)} with what only Blaxel knows. */
  BlaxelProcess start(BlaxelCommand command);

  @Override
  BlaxelProcess attach(ProcessRef ref);

  @Override
  BlaxelProcess attach(ProcessRef ref, String position);

  /**
   * Follows the process of this name, also of another client. What {@link BlaxelCommand}s wrote is
   * exact and can be gone on with, as with {@link #attach(ProcessRef)}. Of another's process the
   * server's own files are read, which lose their heads when they get long.
   *
   * @throws dev.sandpiper.NotFoundException if there is none
   * @throws dev.sandpiper.UnsupportedCapabilityException if the server's files cannot be read
   */
  BlaxelProcess attachNamed(String processName);
}
