package dev.sandpiper.engine;

import dev.sandpiper.SandboxException;
import java.util.function.Supplier;

/** The standard input of one command, or the keyboard of its terminal. */
public interface CommandInput {

  /**
   * Blocks until these bytes are in the command's pipe, or in a bounded buffer of the platform,
   * without a timeout. One caller at a time. It is unknown how much of a failed write arrived, so
   * it is not retried.
   *
   * @throws dev.sandpiper.InputClosedException if the command has closed its stdin, or has exited
   * @throws dev.sandpiper.CancelledException after {@link #giveUp}, or if this thread is
   *     interrupted
   */
  void write(byte[] bytes, int offset, int length);

  /** Sends end of file after what was written. Blocks and fails like a write. */
  void close();

  /** Unblocks callers of {@link #write} and {@link #close}, and fails later calls. Idempotent. */
  void giveUp();

  /** The input of a command without stdin: each call throws what {@code reason} supplies. */
  static CommandInput refusing(Supplier<SandboxException> reason) {
    return new CommandInput() {
      @Override
      public void write(byte[] bytes, int offset, int length) {
        throw reason.get();
      }

      @Override
      public void close() {
        throw reason.get();
      }

      @Override
      public void giveUp() {}
    };
  }
}
