package dev.sandpiper.testkit.e2b;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;

/** A command as the kernel runs it: one process, three pipes. Thread-safe. */
interface RunningCommand extends AutoCloseable {
  long pid();

  /** Where its input goes; nowhere if it takes none. Closing wakes a blocked writer. */
  OutputStream input();

  InputStream output();

  InputStream errors();

  /** Waits for the process itself, not for those who hold its outputs. */
  Exit waitFor() throws InterruptedException;

  /** Sends SIGTERM or SIGKILL to this process alone; nothing happens once it has ended. */
  void signal(boolean kill);

  /** The process, if it can still be found, for its descendants. */
  Optional<ProcessHandle> handle();

  /** Closes the three pipes, which wakes everybody who reads or writes. Kills nothing. */
  @Override
  void close();
}
