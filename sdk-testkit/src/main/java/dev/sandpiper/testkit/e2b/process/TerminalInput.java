package dev.sandpiper.testkit.e2b.process;

import com.google.protobuf.ByteString;
import dev.sandpiper.testkit.e2b.connect.ConnectCode;
import dev.sandpiper.testkit.e2b.connect.RpcException;
import dev.sandpiper.testkit.machine.RunningCommand;
import dev.sandpiper.testkit.machine.TerminalSize;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.locks.ReentrantLock;

/** The keys of a process's terminal, and its size. */
final class TerminalInput implements CommandInput {
  private final RunningCommand command;
  private final OutputStream keys;
  private final ReentrantLock lock = new ReentrantLock();

  TerminalInput(RunningCommand command) {
    this.command = command;
    this.keys = command.input();
  }

  @Override
  public void write(ByteString bytes) {
    throw RpcException.internal(
        "error writing to stdin: tty assigned to process — input should be written to the pty, not"
            + " the stdin");
  }

  @Override
  public void type(ByteString bytes) {
    lock.lock();
    try {
      bytes.writeTo(keys);
      keys.flush();
    } catch (IOException e) {
      throw RpcException.internal(
          "error writing to tty: error writing to tty of process '"
              + command.pid()
              + "': write /dev/ptmx: "
              + e.getMessage());
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void resize(TerminalSize size) {
    try {
      command.resize(size);
    } catch (IOException e) {
      throw RpcException.internal("error resizing tty: " + e.getMessage());
    }
  }

  @Override
  public void close() {
    throw new RpcException(
        ConnectCode.UNKNOWN,
        "error closing stdin: cannot close stdin for PTY process — send Ctrl+D (0x04) instead");
  }

  /** Does nothing: the terminal ends with its process. */
  @Override
  public void processEnded() {}
}
