package dev.sandpiper.blaxel;

import dev.sandpiper.Command;
import dev.sandpiper.ExecResult;
import dev.sandpiper.OutputListener;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.Processes;

/** The processes of a sandbox on Blaxel. Safe for use by many threads. */
public interface BlaxelProcesses extends Processes {

  /** Like {@link Processes#exec(Command)}, with options specific to Blaxel. */
  ExecResult exec(BlaxelCommand command);

  /** Like {@link Processes#exec(Command, OutputListener)}, with options specific to Blaxel. */
  ExecResult exec(BlaxelCommand command, OutputListener listener);

  @Override
  BlaxelProcess start(Command command);

  /** Like {@link #start(Command)}, with options specific to Blaxel. */
  BlaxelProcess start(BlaxelCommand command);

  @Override
  BlaxelProcess attach(ProcessRef ref);

  @Override
  BlaxelProcess attach(ProcessRef ref, String position);

  /**
   * Attaches to the process of this name, even if another client started it. The output of {@link
   * BlaxelCommand}s is exact and resumable, as with {@link #attach(ProcessRef)}. For processes of
   * other clients the server's own log files are read, which lose their beginning when they get
   * long.
   *
   * @throws dev.sandpiper.NotFoundException if there is no such process
   * @throws dev.sandpiper.UnsupportedCapabilityException if the server's files cannot be read
   */
  BlaxelProcess attachNamed(String processName);
}
