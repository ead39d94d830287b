package dev.sandpiper.files;

import dev.sandpiper.wire.BlockInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Concatenates input streams, each opened when the one before has ended. Not thread-safe. */
public abstract class JoinedStream extends BlockInputStream {
  private InputStream stream = InputStream.nullInputStream();

  /** Opens the next stream; null after the last. */
  protected abstract @Nullable InputStream next() throws IOException;

  @Override
  public final int read(byte[] target, int offset, int length) throws IOException {
    int count = stream.read(target, offset, length);
    while (count < 0) {
      stream.close();
      InputStream following = next();
      if (following == null) {
        return -1;
      }
      stream = following;
      count = stream.read(target, offset, length);
    }
    return count;
  }

  @Override
  public final void close() throws IOException {
    stream.close();
  }
}
