package dev.sandpiper.engine;

import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxIOException;
import java.io.OutputStream;
import java.lang.ref.Reference;
import java.util.Objects;

/** A command's standard input as an {@code OutputStream} for callers. */
final class StdinStream extends OutputStream {
  private final ProcessInput input;
  private final Object process; // referenced so that it is not collected while it is written to

  StdinStream(ProcessInput input, Object process) {
    this.input = input;
    this.process = process;
  }

  @Override
  public void write(int value) throws SandboxIOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws SandboxIOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    run(() -> input.write(bytes, offset, length));
  }

  @Override
  public void flush() throws SandboxIOException {
    run(input::flush);
  }

  @Override
  public void close() throws SandboxIOException {
    run(input::close);
  }

  private void run(Runnable action) throws SandboxIOException {
    try {
      action.run();
    } catch (SandboxException e) {
      throw new SandboxIOException(e);
    } finally {
      Reference.reachabilityFence(process);
    }
  }
}
