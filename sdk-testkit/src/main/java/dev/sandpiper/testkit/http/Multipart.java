package dev.sandpiper.testkit.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.wire.BlockInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a form's parts one after another. Each part is a blank line below its headers, its content,
 * and a line break, two dashes and the boundary. The rest of a part is skipped when the next is
 * requested; at most one buffer is in memory.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7578">RFC 7578</a>
 */
public final class Multipart {
  private static final int BUFFER_BYTES = 64 * 1024;
  private static final int MOST_HEADER_BYTES = 16 * 1024;

  private final InputStream in;
  private final byte[] delimiter;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int position;
  private int limit;
  private @Nullable Content current;

  public Multipart(InputStream in, String boundary) {
    this.in = in;
    this.delimiter = ("\r\n--" + boundary).getBytes(UTF_8);
  }

  /** The boundary of a content type, or null. */
  public static @Nullable String boundary(String contentType) {
    return HeaderParameters.parse(contentType).get("boundary");
  }

  /** One part. Its content is not available after the next part was requested. */
  public record Part(Map<String, String> disposition, InputStream content) {
    /** Whether it is an upload. */
    public boolean isFile() {
      return "file".equals(disposition.get("name"));
    }

    /** The file name, including directories; null if there is none. */
    public @Nullable String fileName() {
      return disposition.get("filename");
    }
  }

  /**
   * The next part, or null after the last.
   *
   * @throws EOFException if the form ends before its closing boundary
   */
  public @Nullable Part next() throws IOException {
    if (current == null) {
      skipPreamble();
    } else {
      current.skipRest();
    }
    String line = line();
    if (line.startsWith("--")) return null;
    Map<String, String> disposition = Map.of();
    for (String header = line(); !header.isEmpty(); header = line()) {
      if (header.toLowerCase(Locale.ROOT).startsWith("content-disposition:")) {
        disposition = HeaderParameters.parse(header);
      }
    }
    current = new Content();
    return new Part(disposition, current);
  }

  private void skipPreamble() throws IOException {
    if (startsWith(2)) {
      position += delimiter.length - 2;
      return;
    }
    current = new Content();
    current.skipRest();
  }

  /** Whether the delimiter is next, without this many of its first bytes. */
  private boolean startsWith(int omitted) throws IOException {
    int length = delimiter.length - omitted;
    fill(length);
    return limit - position >= length
        && Arrays.equals(buffer, position, position + length, delimiter, omitted, delimiter.length);
  }

  /** Buffers at least this many bytes ahead, unless the form ends before. */
  private void fill(int ahead) throws IOException {
    if (limit - position >= ahead) return;
    System.arraycopy(buffer, position, buffer, 0, limit - position);
    limit -= position;
    position = 0;
    while (limit < ahead) {
      int count = in.read(buffer, limit, buffer.length - limit);
      if (count < 0) return;
      limit += count;
    }
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    while (true) {
      fill(1);
      if (position == limit && line.size() > 0) break;
      if (position == limit) throw new EOFException("the form ends inside a part's headers");
      byte next = buffer[position++];
      if (next == '\n') break;
      if (line.size() >= MOST_HEADER_BYTES) throw new IOException("a part's header is too long");
      line.write(next);
    }
    String text = line.toString(UTF_8);
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }

  /** The bytes up to the next delimiter, which is consumed too. */
  private final class Content extends BlockInputStream {
    private boolean over;

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (over) return -1;
      fill(1);
      if (position == limit) throw new EOFException("the form ends inside a part");
      if (buffer[position] == '\r' && startsWith(0)) {
        position += delimiter.length;
        over = true;
        return -1;
      }
      if (buffer[position] == '\r' && endsInDelimiter()) {
        throw new EOFException("the form ends inside a boundary");
      }
      int count = Math.min(length, plainBytes());
      System.arraycopy(buffer, position, bytes, offset, count);
      position += count;
      return count;
    }

    /** Whether the rest of the form is only the beginning of a delimiter. */
    private boolean endsInDelimiter() {
      int left = limit - position;
      return left < delimiter.length && Arrays.equals(buffer, position, limit, delimiter, 0, left);
    }

    /** How many bytes, at least one, are certainly content: the rest may be a delimiter. */
    private int plainBytes() {
      int end = position + 1;
      while (end < limit && buffer[end] != '\r') end++;
      return end - position;
    }

    void skipRest() throws IOException {
      byte[] scratch = new byte[8192];
      int count;
      do {
        count = read(scratch, 0, scratch.length);
      } while (count >= 0);
    }
  }
}
