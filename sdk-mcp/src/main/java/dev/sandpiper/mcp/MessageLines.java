package dev.sandpiper.mcp;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Messages of MCP over stdio: one per line, in UTF-8. Not safe for use by several threads. */
final class MessageLines {
  /** The 4 Mi characters that write_file accepts, each of them escaped. */
  static final int LONGEST = 32 << 20;

  private final InputStream in;
  private final int longest;

  MessageLines(InputStream in) {
    this(in, LONGEST);
  }

  MessageLines(InputStream in, int longest) {
    this.in = new BufferedInputStream(in, 1 << 16);
    this.longest = longest;
  }

  /** One line; without its text if it is too long. */
  record Line(String text, boolean isTooLong) {}

  /**
   * Blocks for the next line. Null at the end; a last line without a line feed is incomplete and
   * ignored. The text of a line that is too long is skipped.
   */
  @Nullable Line next() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    boolean fits = true;
    for (int next = in.read(); next >= 0; next = in.read()) {
      if (next == '\n') {
        return fits ? new Line(line.toString(StandardCharsets.UTF_8), false) : new Line("", true);
      }
      fits = fits && line.size() < longest;
      if (fits) {
        line.write(next);
      }
    }
    return null;
  }
}
