package dev.sandpiper.testkit.e2b.process;

import com.google.protobuf.ByteString;
import dev.sandpiper.testkit.e2b.connect.RpcException;
import dev.sandpiper.testkit.machine.TerminalSize;

/** The input of a process: its standard input or its terminal. Thread-safe. */
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
   * Resizes the terminal.
   *
   * @throws RpcException if there is none
   */
  void resize(TerminalSize size);

  /**
   * Closes the standard input from the client's side. Idempotent while the process is running.
   *
   * @throws RpcException if there is a terminal instead
   */
  void close();

  /** The process has ended; writes fail from now on. */
  void processEnded();
}
