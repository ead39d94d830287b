package dev.sandpiper.testkit.e2b.process;

import com.google.protobuf.ByteString;
import dev.sandpiper.testkit.e2b.connect.RpcException;
import dev.sandpiper.testkit.machine.TerminalSize;

/** What goes into a process: into its standard input, or into its terminal. Thread-safe. */
public interface CommandInput {
  /**
   * Writes to the standard input.
   *
   * @throws RpcException if there is none, or it is closed
   */
  void write(ByteString bytes);

  /**
   * Writes to the terminal.
   *
   * @throws RpcException if there is none
   */
  void type(ByteString bytes);

  /**
   * Gives the terminal another size.
   *
   * @throws RpcException if there is none
   */
  void resize(TerminalSize size);

  /**
   * Closes the standard input from the client's side; again is harmless, as long as the process
   * runs.
   *
   * @throws RpcException if there is a terminal instead
   */
  void close();

  /** The process has ended; what is written from now on fails. */
  void processEnded();
}
