package dev.sandpiper.wire;

import java.io.EOFException;
import java.io.IOException;
import okio.BufferedSource;
import org.jspecify.annotations.Nullable;

/**
 * Reads the lines of a stream with one JSON document per line (NDJSON), in order. Every line,
 * including the last, ends with a line feed; a carriage return before it and blank lines are
 * ignored. The boundaries of HTTP chunks are irrelevant.
 *
 * <p>Not thread-safe: to unblock a blocked reader, cancel the call that owns the source.
 *
 * @see <a href="https://github.com/ndjson/ndjson-spec">NDJSON</a>
 * @param maxLineBytes the maximum length of a line, without its line ending
 */
public record JsonLinesReader(BufferedSource source, int maxLineBytes) {

  /**
   * Blocks for the next line that is not blank, without its line ending. Null if the body ends
   * after a complete line; whether the documents are complete then is for the caller to decide.
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
    // Two bytes more than the limit: the line ending may be a CR and a LF.
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
    return new MalformedStreamException("a line exceeds the limit of " + maxLineBytes + " bytes");
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
