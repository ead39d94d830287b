package dev.sandpiper.testkit.machine;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;

/**
 * A running command: one process with three pipes, or with a terminal instead, which has one
 * output. Thread-safe.
 */
public interface RunningCommand extends AutoCloseable {
  long pid();

  /** Its input; discards everything if it has none. Closing wakes a blocked writer. */
  OutputStream input();

  InputStream output();

  /** Empty for a terminal. */
  InputStream errors();

  /**
   * Resizes the terminal; returns once the command has been notified.
   *
   * @throws IOException if the command has ended
   */
  void resize(TerminalSize size) throws IOException;

  /** Waits for the process itself, not for other processes that hold its outputs open. */
  Exit waitFor() throws InterruptedException;

  /** Sends SIGTERM or SIGKILL to this process only; does nothing once it has ended. */
  void signal(boolean kill);

  /** The process, if it can still be found, for its descendants. */
  Optional<ProcessHandle> handle();

  /**
   * Closes the pipes or the terminal, which wakes all readers and writers. Does not kill the
   * process.
   */
  @Override
  void close();
}
