package dev.sandpiper.benchmarks.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A request as far as the answers depend on it.
 *
 * @param headers all lines of the head, in lower case
 * @param body each byte as one character; nothing of an upload, whose bytes are thrown away
 */
record Request(String method, String path, String headers, String body) {
  private static final int LONGEST_LINE = 16 * 1024;
  private static final int PIECE = 64 * 1024;

  /** Null where no more come. */
  static @Nullable Request read(InputStream in) throws IOException {
    String first = line(in);
    if (first == null) return null;
    String[] words = first.split(" ", 3);
    StringBuilder headers = new StringBuilder();
    for (String line = some(line(in)); !line.isEmpty(); line = some(line(in))) {
      headers.append(line.toLowerCase(Locale.ROOT)).append('\n');
    }
    String head = headers.toString();
    boolean isUpload = words[0].equals("POST") && words[1].startsWith("/files");
    return new Request(words[0], words[1], head, body(in, head, isUpload));
  }

  private static String body(InputStream in, String head, boolean isUpload) throws IOException {
    if (head.contains("transfer-encoding: chunked")) {
      StringBuilder body = new StringBuilder();
      for (int size = size(in); size > 0; size = size(in)) {
        body.append(exactly(in, size, isUpload));
        line(in);
      }
      line(in);
      return body.toString();
    }
    int at = head.indexOf("content-length: ");
    if (at < 0) return "";
    String length = head.substring(at + "content-length: ".length(), head.indexOf('\n', at));
    return exactly(in, Integer.parseInt(length.trim()), isUpload);
  }

  private static int size(InputStream in) throws IOException {
    return Integer.parseInt(some(line(in)).trim(), 16);
  }

  private static String exactly(InputStream in, int count, boolean isUpload) throws IOException {
    if (!isUpload) return new String(in.readNBytes(count), ISO_8859_1);
    byte[] thrownAway = new byte[Math.min(count, PIECE)];
    for (int left = count; left > 0; ) {
      int read = in.read(thrownAway, 0, Math.min(left, thrownAway.length));
      if (read < 0) throw new EOFException("the request ends in its body");
      left -= read;
    }
    return "";
  }

  private static String some(@Nullable String line) throws IOException {
    if (line == null) throw new EOFException("the request ends in its head");
    return line;
  }

  private static @Nullable String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) return null;
      if (next != '\r') line.write(next);
      if (line.size() > LONGEST_LINE) throw new IOException("a line of the head is too long");
    }
    return line.toString(ISO_8859_1);
  }

  boolean isJson() {
    return headers.contains("content-type: application/json")
        || headers.contains("content-type: application/connect+json");
  }
}
