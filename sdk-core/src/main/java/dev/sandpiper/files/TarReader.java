package dev.sandpiper.files;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads a tar archive as GNU, BusyBox and BSD write it: ustar with prefixes, GNU's long names, pax
 * headers for path, link and size, sizes in base 256. Sparse files and multi-volume archives are
 * rejected. Every length is bounded. Not thread-safe.
 *
 * @see <a href="https://www.gnu.org/software/tar/manual/html_node/Standard.html">The tar format</a>
 */
final class TarReader {
  static final int BLOCK = 512;

  /**
   * The maximum length of an extension header, which may also hold extended attributes, which are
   * ignored.
   */
  private static final int LONGEST_EXTENSION = 1 << 20;

  private static final int MOST_EXTENSIONS = 16;
  private static final int CHECKSUM = 148;
  private static final int CHECKSUM_END = 156;

  private final InputStream source;
  private final byte[] rest = new byte[8192];
  private long budget;
  private long left;
  private int padding;

  /**
   * @param budget the maximum number of bytes to read in total
   */
  TarReader(InputStream source, long budget) {
    this.source = source;
    this.budget = budget;
  }

  /**
   * The next entry; unread content of the previous one is skipped. Null after the last.
   *
   * @throws EOFException if the archive ends without its end marker
   */
  @Nullable TarEntry next() throws IOException {
    skipContent();
    TarExtension extension = new TarExtension();
    for (int headers = 0; headers <= MOST_EXTENSIONS; headers++) {
      byte[] header = block();
      if (isZero(header, BLOCK)) {
        finish();
        return null;
      }
      requireChecksum(header);
      TarEntry entry = extension.read(header, this);
      if (entry != null) {
        left = entry.size();
        padding = padding(left);
        return entry;
      }
    }
    throw new TarFormatException("the archive has extension headers without an entry");
  }

  /** Reads content of the current entry; returns -1 at its end. */
  int read(byte[] target) throws IOException {
    return read(target, 0, target.length);
  }

  int read(byte[] target, int offset, int length) throws IOException {
    if (left == 0) {
      return -1;
    }
    int count = take(target, offset, (int) Math.min(length, left));
    if (count < 0) {
      throw new EOFException("the archive ends inside a file");
    }
    left -= count;
    return count;
  }

  /** The content of an extension header. */
  byte[] extension(long size) throws IOException {
    if (size > LONGEST_EXTENSION) {
      throw new TarFormatException("the archive has a name or header of " + size + " bytes");
    }
    byte[] bytes = exactly((int) size);
    exactly(padding(size));
    return bytes;
  }

  private void skipContent() throws IOException {
    while (read(rest) >= 0) {
      // discarded
    }
    exactly(padding);
    padding = 0;
  }

  /** The number of padding bytes after content of this size. */
  static int padding(long size) {
    return (int) ((BLOCK - size % BLOCK) % BLOCK);
  }

  private byte[] block() throws IOException {
    return exactly(BLOCK);
  }

  private byte[] exactly(int count) throws IOException {
    byte[] bytes = new byte[count];
    int filled = 0;
    while (filled < count) {
      int more = take(bytes, filled, count - filled);
      if (more < 0) {
        throw new EOFException("the archive is truncated");
      }
      filled += more;
    }
    return bytes;
  }

  /** Checks that only zeros follow the end marker. */
  private void finish() throws IOException {
    for (int count = take(rest, 0, rest.length); count >= 0; count = take(rest, 0, rest.length)) {
      if (!isZero(rest, count)) {
        throw new TarFormatException("the archive has data after its end marker");
      }
    }
  }

  private static boolean isZero(byte[] bytes, int count) {
    return Arrays.equals(bytes, 0, count, new byte[count], 0, count);
  }

  /** Reads from the source; counts every byte against the budget. */
  private int take(byte[] target, int offset, int length) throws IOException {
    requireNoInterrupt();
    int count = source.read(target, offset, length);
    budget -= Math.max(0, count);
    if (budget < 0) {
      throw new UnsafeEntryException(
          "the directory's archive exceeds the limit; set a higher DirectoryOptions.limit");
    }
    return count;
  }

  /**
   * Checks the interrupt flag, because local work does not pass through the transport, which
   * otherwise does.
   */
  static void requireNoInterrupt() throws InterruptedIOException {
    if (Thread.currentThread().isInterrupted()) {
      throw new InterruptedIOException("its thread was interrupted");
    }
  }

  private static void requireChecksum(byte[] header) throws IOException {
    long expected = TarNumber.read(header, CHECKSUM, CHECKSUM_END - CHECKSUM);
    long sum = 0;
    for (int i = 0; i < BLOCK; i++) {
      sum += i >= CHECKSUM && i < CHECKSUM_END ? ' ' : header[i] & 0xff;
    }
    if (sum != expected) {
      throw new TarFormatException("not a tar archive: the checksum of a header is wrong");
    }
  }
}
