package dev.sandpiper.e2b;

import dev.sandpiper.wire.BlockInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Some bytes of a file of this machine. */
final class FileSlice extends BlockInputStream {
  private final InputStream file;
  private long left;

  private FileSlice(InputStream file, long left) {
    this.file = file;
    this.left = left;
  }

  static InputStream open(Path path, long from, long length) throws IOException {
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
    try {
      return new FileSlice(Channels.newInputStream(channel.position(from)), length);
    } catch (IOException e) {
      channel.close();
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
      throw new EOFException("the file became shorter while it was sent");
    }
    left -= count;
    return count;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
