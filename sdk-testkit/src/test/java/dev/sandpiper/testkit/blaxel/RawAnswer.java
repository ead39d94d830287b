package dev.sandpiper.testkit.blaxel;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * An answer as far as it has come.
 *
 * @param status zero if its head is not there yet
 * @param whole whether it has come to its end
 */
record RawAnswer(int status, List<String> headers, String latin1Body, boolean whole) {
  static final RawAnswer NONE = new RawAnswer(0, List.of(), "", false);

  byte[] body() {
    return latin1Body.getBytes(ISO_8859_1);
  }

  String header(String name) {
    return headers.stream()
        .filter(header -> header.regionMatches(true, 0, name + ":", 0, name.length() + 1))
        .map(header -> header.substring(name.length() + 1).trim())
        .findFirst()
        .orElse("");
  }

  /** Reads what came over the connection, which is closed after one answer. */
  static RawAnswer parse(byte[] bytes, boolean closed) {
    String text = new String(bytes, ISO_8859_1);
    int end = text.indexOf("\r\n\r\n");
    if (end < 0) return NONE;
    List<String> lines = new ArrayList<>(List.of(text.substring(0, end).split("\r\n", -1)));
    int status = Integer.parseInt(lines.remove(0).split(" ", -1)[1]);
    String rest = text.substring(end + 4);
    boolean chunked =
        lines.stream().anyMatch(line -> line.equalsIgnoreCase("transfer-encoding: chunked"));
    if (!chunked) return new RawAnswer(status, lines, rest, closed);
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    int position = 0;
    while (true) {
      int line = rest.indexOf("\r\n", position);
      if (line < 0) break;
      int length = Integer.parseInt(rest.substring(position, line), 16);
      if (length == 0) return new RawAnswer(status, lines, body.toString(ISO_8859_1), true);
      int chunkEnd = Math.min(rest.length(), line + 2 + length);
      body.writeBytes(rest.substring(line + 2, chunkEnd).getBytes(ISO_8859_1));
      if (chunkEnd + 2 > rest.length()) break;
      position = chunkEnd + 2;
    }
    return new RawAnswer(status, lines, body.toString(ISO_8859_1), false);
  }
}
