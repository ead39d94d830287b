package dev.sandpiper.testkit.blaxel.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.http.GoJson;
import dev.sandpiper.testkit.http.Refusal;
import dev.sandpiper.testkit.http.ServedFile;
import dev.sandpiper.testkit.machine.Confinement;
import dev.sandpiper.testkit.machine.ExactPath;
import dev.sandpiper.testkit.machine.GoErrors;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedSet;

/** {@code GET /filesystem}: a directory as a listing, a file as JSON or unchanged. */
final class FileReading {
  private static final String OCTETS = "application/octet-stream";
  private static final int PIECE_BYTES = 64 * 1024;
  private static final Map<String, String> TYPES =
      Map.ofEntries(
          Map.entry("txt", "text/plain"),
          Map.entry("log", "text/plain"),
          Map.entry("html", "text/html"),
          Map.entry("htm", "text/html"),
          Map.entry("css", "text/css"),
          Map.entry("js", "application/javascript"),
          Map.entry("json", "application/json"),
          Map.entry("xml", "application/xml"),
          Map.entry("pdf", "application/pdf"),
          Map.entry("zip", "application/zip"),
          Map.entry("tar", "application/x-tar"),
          Map.entry("gz", "application/gzip"),
          Map.entry("jpg", "image/jpeg"),
          Map.entry("jpeg", "image/jpeg"),
          Map.entry("png", "image/png"),
          Map.entry("gif", "image/gif"),
          Map.entry("svg", "image/svg+xml"));

  private final Exchange exchange;
  private final BlaxelPaths paths;

  FileReading(Exchange exchange, BlaxelPaths paths) {
    this.exchange = exchange;
    this.paths = paths;
  }

  void answer(String named) throws IOException {
    String absolute = paths.absolute(named);
    try {
      answer(named, absolute);
    } catch (Confinement.OutsideException e) {
      SortedSet<String> names = paths.namesTowardsRoots(absolute);
      if (names.isEmpty()) throw e;
      exchange.json(200, Listing.ofDirectories(named, names));
    }
  }

  private void answer(String named, String absolute) throws IOException {
    Path file;
    FileStatus status;
    try {
      file = paths.follow(absolute);
      status = FileStatus.of(file);
    } catch (IOException e) {
      throw new Refusal(
          GoErrors.isMissing(e) ? 404 : 500, "stat " + absolute + ": " + GoErrors.reason(e));
    }
    if (status.isDirectory()) {
      exchange.json(200, Listing.of(named, file));
    } else if (wantsBytes()) {
      sendBytes(file, status, absolute);
    } else {
      sendJson(file, status, named);
    }
  }

  private boolean wantsBytes() {
    if ("true".equals(exchange.query().get("download"))) return true;
    String accept = exchange.header("Accept");
    if (accept == null || accept.isEmpty()) return false;
    return accept.contains(OCTETS)
        || !(accept.contains("application/json") || accept.contains("*/*"));
  }

  private void sendBytes(Path file, FileStatus status, String absolute) throws IOException {
    String name = ExactPath.name(absolute);
    String sent = new String(ExactPath.bytes(name), ISO_8859_1).replaceAll("[\r\n]", " ");
    exchange.set("Content-Disposition", "attachment; filename=\"" + sent + "\"");
    if (status.isPipe()) {
      Pipes.awaitWriter(exchange, file);
      exchange.text(500, "seeker can't seek");
      return;
    }
    try (FileChannel channel = open(file, absolute)) {
      new ServedFile(exchange, channel, type(name)).answer(status.modified());
    }
  }

  private static FileChannel open(Path file, String absolute) {
    try {
      return FileChannel.open(file, StandardOpenOption.READ);
    } catch (IOException e) {
      throw new Refusal(422, "error opening file: open " + absolute + ": " + GoErrors.reason(e));
    }
  }

  /** By the extension, case-sensitive. */
  private static String type(String name) {
    int dot = name.lastIndexOf('.');
    return dot < 0 ? OCTETS : TYPES.getOrDefault(name.substring(dot + 1), OCTETS);
  }

  /** Sends it as it is read, so that only a piece is in memory. Malformed UTF-8 becomes U+FFFD. */
  private void sendJson(Path file, FileStatus status, String named) throws IOException {
    ObjectNode head = status.describe(GoJson.object(), named, "");
    byte[] start = GoJson.bytes(head);
    byte[] opening = Arrays.copyOf(start, start.length - 1);
    if (status.isPipe()) {
      Pipes.awaitWriter(exchange, file);
      throw new Refusal(
          422, "error reading file: read " + paths.absolute(named) + ": illegal seek");
    }
    try (InputStream in = openStream(file, named)) {
      exchange.set("Content-Type", "application/json; charset=utf-8");
      byte[] first = in.readNBytes(PIECE_BYTES);
      if (first.length < PIECE_BYTES) {
        String text = inside(ExactPath.text(first, first.length));
        exchange.answer(200, concat(opening, (",\"content\":\"" + text + "\"}").getBytes(UTF_8)));
        return;
      }
      OutputStream out = exchange.stream(200);
      out.write(concat(opening, ",\"content\":\"".getBytes(UTF_8)));
      sendPieces(in, first, out);
      out.write("\"}".getBytes(UTF_8));
    }
  }

  private InputStream openStream(Path file, String named) {
    try {
      return Files.newInputStream(file);
    } catch (IOException e) {
      throw new Refusal(
          422, "error reading file: open " + paths.absolute(named) + ": " + GoErrors.reason(e));
    }
  }

  private static void sendPieces(InputStream in, byte[] first, OutputStream out)
      throws IOException {
    byte[] piece = first;
    while (piece.length > 0) {
      byte[] next = in.readNBytes(PIECE_BYTES);
      int end = next.length == 0 ? piece.length : characterBorder(piece);
      out.write(inside(ExactPath.text(piece, end)).getBytes(UTF_8));
      piece = concat(Arrays.copyOfRange(piece, end, piece.length), next);
    }
  }

  /** The JSON of a text without its quotation marks. */
  private static String inside(String text) {
    String quoted = GoJson.text(TextNode.valueOf(text));
    return quoted.substring(1, quoted.length() - 1);
  }

  /** The start of the last character, which may be incomplete. */
  private static int characterBorder(byte[] piece) {
    for (int back = 1; back <= 3; back++) {
      int lead = piece[piece.length - back] & 0xff;
      if (lead >= 0xc0) return piece.length - back;
      if (lead < 0x80) return piece.length;
    }
    return piece.length;
  }

  private static byte[] concat(byte[] a, byte[] b) {
    byte[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }
}
