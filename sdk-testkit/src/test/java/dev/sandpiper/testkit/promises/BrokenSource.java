package dev.sandpiper.testkit.promises;

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
}
