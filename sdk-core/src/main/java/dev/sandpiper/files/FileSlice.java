package dev.sandpiper.files;

import dev.sandpiper.wire.BlockInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** A range of a local file, which must be complete. */
public final class FileSlice extends BlockInputStream {
  private final Path path;
  private final InputStream file;
  private long left;

  private FileSlice(Path path, InputStream file, long length) {
    this.path = path;
    this.file = file;
    this.left = length;
  }

  public static FileSlice open(Path path, long from, long length, LinkOption... options)
      throws IOException {
    InputStream file = Files.newInputStream(path, options);
    try {
      file.skipNBytes(from);
      return new FileSlice(path, file, length);
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (left == 0) {
      return -1;
    }
    int count = file.read(target, offset, (int) Math.min(length, left));
    if (count < 0) {
      throw new EOFException(path + " was truncated while it was sent");
    }
    left -= count;
    return count;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
