package dev.sandpiper.testkit.faults;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Locale;

/**
 * Finds the boundaries of HTTP/1.1 requests in the bytes that a client sends. Used by one thread.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9112#section-6">RFC 9112, section 6</a>
 */
final class RequestFraming {
  private static final int END_OF_HEAD = 0x0d0a0d0a; // two line breaks
  private static final String LENGTH = "\r\ncontent-length:";
  private static final int LONGEST_HEAD = 1 << 20;

  /** Receives the requests. */
  interface Requests {
    /** The head of a request is complete. */
    void begins(String head) throws IOException;

    /** Bytes of this request, including its head. Returns false if no more may follow. */
    boolean has(byte[] buffer, int offset, int count) throws IOException;

    /** The last byte of this request has been passed. */
    void ends() throws IOException;
  }

  private enum Part {
    HEAD,
    BODY,
    CHUNK_SIZE,
    CHUNK,
    LAST_LINE
  }

  private final Requests requests;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private Part part = Part.HEAD;
  private int lastFour; // bytes of a head
  private long left; // of the body, or of a chunk with the line break after it

  RequestFraming(Requests requests) {
    this.requests = requests;
  }

  /** Returns false if no more may follow. */
  boolean take(byte[] buffer, int count) throws IOException {
    int at = 0;
    while (at < count) {
      int used = part == Part.HEAD ? head(buffer, at, count) : body(buffer, at, count);
      if (used < 0) return false;
      at += used;
    }
    return true;
  }

  private int head(byte[] buffer, int from, int to) throws IOException {
    for (int i = from; i < to; i++) {
      line.write(buffer[i]);
      lastFour = lastFour << 8 | (buffer[i] & 0xff);
      if (lastFour == END_OF_HEAD || line.size() == LONGEST_HEAD) {
        byte[] bytes = line.toByteArray();
        line.reset();
        lastFour = 0;
        String head = new String(bytes, ISO_8859_1);
        requests.begins(head);
        frame(head.toLowerCase(Locale.ROOT));
        if (!requests.has(bytes, 0, bytes.length)) return -1;
        endIfComplete();
        return i + 1 - from;
      }
    }
    return to - from;
  }

  private void frame(String head) throws IOException {
    int at = head.indexOf(LENGTH);
    left = at < 0 ? 0 : number(head.substring(at + LENGTH.length()).split("\r", 2)[0], 10);
    part = head.contains("\r\ntransfer-encoding: chunked") ? Part.CHUNK_SIZE : Part.BODY;
  }

  private void endIfComplete() throws IOException {
    if (part == Part.BODY && left == 0) {
      part = Part.HEAD;
      requests.ends();
    }
  }

  private int body(byte[] buffer, int from, int to) throws IOException {
    boolean isLine = part == Part.CHUNK_SIZE || part == Part.LAST_LINE;
    int used = isLine ? lineLength(buffer, from, to) : (int) Math.min(left, to - from);
    if (!requests.has(buffer, from, used)) return -1;
    if (isLine) {
      line.write(buffer, from, used);
      if (line.size() > LONGEST_HEAD) throw new IOException("a request with an endless line");
      if (buffer[from + used - 1] == '\n') lineEnded();
    } else {
      left -= used;
      if (part == Part.CHUNK && left == 0) part = Part.CHUNK_SIZE;
    }
    endIfComplete();
    return used;
  }

  private static int lineLength(byte[] buffer, int from, int to) {
    for (int i = from; i < to; i++) {
      if (buffer[i] == '\n') return i + 1 - from;
    }
    return to - from;
  }

  private void lineEnded() throws IOException {
    String text = line.toString(ISO_8859_1).strip().toLowerCase(Locale.ROOT);
    line.reset();
    if (part == Part.LAST_LINE) {
      if (text.isEmpty()) part = Part.BODY; // with no bytes left
      return;
    }
    long size = number(text.split(";", 2)[0], 16);
    left = size == 0 ? 0 : size + 2L;
    part = size == 0 ? Part.LAST_LINE : Part.CHUNK;
  }

  private static long number(String text, int radix) throws IOException {
    String digits = text.strip();
    if (!digits.matches("[0-9a-f]{1,15}")) throw new IOException("a request of no length");
    try {
      return Long.parseLong(digits, radix);
    } catch (NumberFormatException e) {
      throw new IOException("a request of no length", e);
    }
  }
}
