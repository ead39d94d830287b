package dev.sandpiper.testkit.machine;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;

/**
 * A command as the kernel runs it: one process with three pipes, or with a terminal in their place,
 * which has one output. Thread-safe.
 */
public interface RunningCommand extends AutoCloseable {
  long pid();

  /** Where its input goes; nowhere if it takes none. Closing wakes a blocked writer. */
  OutputStream input();

  InputStream output();

  /** Ends at once for a terminal. */
  InputStream errors();

  /**
   * Gives the terminal another size; returns once the command has been notified.
   *
   * @throws IOException if the command has ended
   */
  void resize(TerminalSize size) throws IOException;

  /** Waits for the process itself, not for those who hold its outputs. */
  Exit waitFor() throws InterruptedException;

  /** Sends SIGTERM or SIGKILL to this process alone; nothing happens once it has ended. */
  void signal(boolean kill);

  /** The process, if it can still be found, for its descendants. */
  Optional<ProcessHandle> handle();

  /**
   * Closes the pipes, or closes the terminal, which wakes everybody who reads or writes. Kills
   * nothing.
   */
  @Override
  void close();
}
