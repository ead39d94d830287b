package dev.sandpiper.testkit.contract;

import java.io.IOException;
import java.io.InputStream;

/** Zeros, and then a failure. */
final class BrokenSource extends InputStream {
  private long left;

  private BrokenSource(long left) {
    this.left = left;
  }

  static InputStream after(long bytes) {
    return new BrokenSource(bytes);
  }

  @Override
  public int read() throws IOException {
    if (left-- <= 0) {
      throw new IOException("the source broke");
    }
    return 0;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    int count = 0;
    while (count < length && (count == 0 || left > 0)) {
      target[offset + count] = (byte) read();
      count++;
    }
    return count;
  }
}
