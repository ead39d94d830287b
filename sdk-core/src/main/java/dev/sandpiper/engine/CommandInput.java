package dev.sandpiper.engine;

import dev.sandpiper.SandboxException;
import java.util.function.Supplier;

/** The standard input of one command, or the keyboard of its terminal. */
public interface CommandInput {

  /**
   * Blocks until the command's pipe has taken these bytes, or the platform keeps them for it within
   * a bound, for as long as that takes. One caller at a time. What was taken of a write that fails
   * is not known, and nothing of it is repeated.
   *
   * @throws dev.sandpiper.InputClosedException if the command reads no more, or has exited
   * @throws dev.sandpiper.CancelledException after {@link #giveUp}, or if this thread is
   *     interrupted
   */
  void write(byte[] bytes, int offset, int length);

  /** Lets the command read the end of file behind what was written. Otherwise like a write. */
  void close();

  /** Frees the callers blocked in the two above, and fails later ones. Idempotent. */
  void giveUp();

  /** The input of a command that has none: each use fails with what {@code reason} makes. */
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
