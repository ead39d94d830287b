package dev.sandpiper.testkit.e2b.process;

import com.google.protobuf.ByteString;
import dev.sandpiper.testkit.e2b.connect.ConnectCode;
import dev.sandpiper.testkit.e2b.connect.RpcException;
import dev.sandpiper.testkit.machine.TerminalSize;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.ClosedChannelException;
import java.util.Locale;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A process's standard input. Writing blocks while the pipe is full, and all other writers and
 * closers wait for it, whatever their timeouts: only reading, or the end of the process, unblocks
 * them.
 */
final class StandardInput implements CommandInput {
  private static final String ALREADY_CLOSED = "file already closed";

  private final OutputStream pipe;
  private final long pid;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile boolean processEnded;

  // Guarded by the lock.
  private boolean on;

  StandardInput(OutputStream pipe, long pid, boolean on) {
    this.pipe = pipe;
    this.pid = pid;
    this.on = on;
  }

  @Override
  public void write(ByteString bytes) {
    lock.lock();
    try {
      write(bytes, processEnded);
    } finally {
      lock.unlock();
    }
  }

  /**
   * @param late whether the process had ended before
   */
  private void write(ByteString bytes, boolean late) {
    try {
      if (!on) throw failed("stdin not enabled or closed");
      bytes.writeTo(pipe);
      pipe.flush();
    } catch (IOException e) {
      String reason = late ? ALREADY_CLOSED : brokenOff(e);
      throw failed("error writing to stdin of process '" + pid + "': write |1: " + reason);
    }
  }

  @Override
  public void type(ByteString bytes) {
    throw RpcException.internal(
        "error writing to tty: tty not assigned to process — input should be written to the stdin,"
            + " not the tty");
  }

  @Override
  public void resize(TerminalSize size) {
    throw RpcException.internal("error resizing tty: tty not assigned to process");
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (!on) return;
      on = false;
      if (processEnded) throw new ClosedChannelException();
      pipe.close();
    } catch (IOException e) {
      String reason = e instanceof ClosedChannelException ? ALREADY_CLOSED : inGo(e);
      throw new RpcException(ConnectCode.UNKNOWN, "error closing stdin: close |1: " + reason);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void processEnded() {
    processEnded = true;
  }

  /** A write in progress when the process ended, which may have closed our end in the meantime. */
  private static String brokenOff(IOException e) {
    return e instanceof ClosedChannelException ? "broken pipe" : inGo(e);
  }

  private static String inGo(IOException e) {
    return String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
  }

  private static RpcException failed(String reason) {
    return RpcException.internal("error writing to stdin: " + reason);
  }
}
