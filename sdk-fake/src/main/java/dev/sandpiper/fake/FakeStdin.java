package dev.sandpiper.fake;

import dev.sandpiper.Failure;
import dev.sandpiper.InputClosedException;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxIOException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/** Passes written bytes to a command immediately. */
final class FakeStdin extends OutputStream {
  private static final byte[] NOTHING = {};

  private final Running running;
  private boolean closed;

  FakeStdin(Running running) {
    this.running = running;
  }

  @Override
  public synchronized void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
    give(Arrays.copyOfRange(bytes, offset, offset + length), false);
  }

  @Override
  public synchronized void close() throws IOException {
    if (!closed) {
      give(NOTHING, true);
      closed = true;
    }
  }

  private void give(byte[] bytes, boolean end) throws IOException {
    if (!running.command.opensStdin()) {
      throw failed(new InvalidRequestException(failure("it was started without openStdin()")));
    }
    if (closed || !running.give(bytes, end)) {
      throw failed(new InputClosedException(failure("the process does not read any more input")));
    }
  }

  private Failure failure(String observed) {
    return Failure.of("write stdin", running.ref.toString(), observed);
  }

  private static SandboxIOException failed(SandboxException failure) {
    return new SandboxIOException(failure);
  }
}
