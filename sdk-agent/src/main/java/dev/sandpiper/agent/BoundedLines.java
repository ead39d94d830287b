package dev.sandpiper.agent;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Lines of a stream as bytes, each up to a maximum; the rest is counted and not kept. */
final class BoundedLines {
  private final InputStream source;
  private final int mostBytes;
  private final byte[] buffer = new byte[16 << 10];
  private int at;
  private int filled;
  private long taken;

  BoundedLines(InputStream source, int mostBytes) {
    this.source = source;
    this.mostBytes = mostBytes;
  }

  /** One line, without its line feed. */
  static final class Line {
    private final byte[] bytes;
    private final long length;

    private Line(byte[] bytes, long length) {
      this.bytes = bytes;
      this.length = length;
    }

    /** Its beginning, not copied. */
    byte[] bytes() {
      return bytes;
    }

    /** Its length in bytes. */
    long length() {
      return length;
    }

    boolean hasNul() {
      for (byte single : bytes) {
        if (single == 0) {
          return true;
        }
      }
      return false;
    }
  }

  /** How many bytes of the stream were read. */
  long taken() {
    return taken;
  }

  /** Null at the end; a line feed at the end of the file does not start another line. */
  @Nullable Line next() throws IOException {
    ByteArrayOutputStream kept = new ByteArrayOutputStream();
    long length = 0;
    while (fill()) {
      int end = lineFeed();
      int piece = end - at;
      kept.write(buffer, at, Math.min(piece, mostBytes - kept.size()));
      length += piece;
      taken += piece;
      at = end;
      if (at < filled) {
        at++;
        taken++;
        return new Line(kept.toByteArray(), length);
      }
    }
    return length == 0 ? null : new Line(kept.toByteArray(), length);
  }

  private int lineFeed() {
    int end = at;
    while (end < filled && buffer[end] != '\n') {
      end++;
    }
    return end;
  }

  private boolean fill() throws IOException {
    if (at < filled) {
      return true;
    }
    at = 0;
    filled = Math.max(0, source.read(buffer));
    return filled > 0;
  }
}
