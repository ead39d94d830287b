package dev.sandpiper.wire;

import java.io.EOFException;
import java.io.IOException;
import okio.BufferedSource;
import org.jspecify.annotations.Nullable;

/**
 * Reads the lines of a stream that holds one JSON document on each (NDJSON), in order. Every line
 * ends with a line feed, the last one too; a carriage return in front of it and blank lines mean
 * nothing. How HTTP cut the body means nothing either.
 *
 * <p>Not thread-safe: to free a blocked reader, cancel the call that owns the source.
 *
 * @see <a href="https://github.com/ndjson/ndjson-spec">NDJSON</a>
 * @param maxLineBytes the longest line that is read, without its end
 */
public record JsonLinesReader(BufferedSource source, int maxLineBytes) {

  /**
   * Blocks for the next line that is not blank, without its end. Null where the body ends after a
   * whole line; whether that is the end of what it tells is for the reader of the documents to say.
   *
   * @throws EOFException if the body ends inside a line
   * @throws MalformedStreamException if a line is too long
   */
  public byte @Nullable [] nextLine() throws IOException {
    while (!source.exhausted()) {
      byte[] line = readLine();
      if (!isBlank(line)) {
        return line;
      }
    }
    return null;
  }

  private byte[] readLine() throws IOException {
    long end = source.indexOf((byte) '\n', 0, maxLineBytes + 2L);
    if (end < 0 && source.request(maxLineBytes + 2L)) {
      throw tooLong();
    }
    if (end < 0) {
      throw new EOFException("the stream ended inside a line");
    }
    long length = end > 0 && source.getBuffer().getByte(end - 1) == '\r' ? end - 1 : end;
    if (length > maxLineBytes) {
      throw tooLong();
    }
    byte[] line = source.readByteArray(length);
    source.skip(end + 1 - length);
    return line;
  }

  private MalformedStreamException tooLong() {
    return new MalformedStreamException("a line above the bound of " + maxLineBytes + " bytes");
  }

  private static boolean isBlank(byte[] line) {
    for (byte one : line) {
      if (one != ' ' && one != '\t') {
        return false;
      }
    }
    return true;
  }
}
