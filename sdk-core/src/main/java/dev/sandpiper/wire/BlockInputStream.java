package dev.sandpiper.wire;

import java.io.IOException;
import java.io.InputStream;

/** An {@code InputStream} whose subclasses implement only the reading of blocks. */
public abstract class BlockInputStream extends InputStream {

  @Override
  public final int read() throws IOException {
    byte[] single = new byte[1];
    return read(single, 0, 1) < 0 ? -1 : single[0] & 0xff;
  }

  @Override
  public abstract int read(byte[] target, int offset, int length) throws IOException;
}
