package dev.sandpiper.testkit.e2b.connect;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipException;

/** The only compression that E2B supports. */
public final class Gzip {
  private static final int HEADER_BYTES = 10;

  private Gzip() {}

  public static byte[] compress(byte[] bytes) {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
      gzip.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return compressed.toByteArray();
  }

  /**
   * Decompresses a message, up to a limit.
   *
   * @throws RpcException if it is not gzip, or longer
   */
  public static byte[] expand(byte[] compressed, int limitBytes) {
    try (InputStream expanded = open(new ByteArrayInputStream(compressed))) {
      byte[] bytes = expanded.readNBytes(limitBytes);
      if (expanded.read() >= 0) throw Limits.tooLong(limitBytes);
      return bytes;
    } catch (IOException e) {
      throw RpcException.invalid("get decompressor: " + e.getMessage());
    }
  }

  /**
   * Opens a stream that is declared as gzip.
   *
   * @throws IOException with Go's message if it does not begin like gzip
   */
  public static InputStream open(InputStream compressed) throws IOException {
    BufferedInputStream buffered = new BufferedInputStream(compressed);
    buffered.mark(HEADER_BYTES);
    int length = buffered.readNBytes(HEADER_BYTES).length;
    if (length < HEADER_BYTES) throw new EOFException(length == 0 ? "EOF" : "unexpected EOF");
    buffered.reset();
    try {
      return new GZIPInputStream(buffered, 8192);
    } catch (ZipException e) {
      throw new IOException("gzip: invalid header", e);
    }
  }
}
