package dev.sandpiper.blaxel;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okio.Buffer;

/**
 * A file as sandbox-api serves it raw, with what happens to answers there: the keep-alive of a
 * stream that somebody left is written into them. Go then refuses the last block, which would
 * exceed the length in the head, and cuts the connection. Counts each fault that it injects.
 */
final class FileOnServer {
  /** What is written into an answer of 32 KiB blocks, and where. */
  enum Fault {
    TEXT_IN_BODY,
    EVENT_IN_BODY,
    TEXT_BEFORE_BODY,
    TEXT_BEFORE_HEAD,
    EVENT_BEFORE_HEAD,
    TEXT_INSTEAD_OF_STATUS,
    CUT,
    MULTIPART
  }

  private static final int BLOCK = 32 << 10;
  private static final String TEXT = "[keepalive]\n";
  private static final String EVENT = "{\"type\":\"stdout\",\"data\":\"[keepalive]\\n\"}\n";
  private static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d*)");

  private final Queue<Fault> faults = new ArrayDeque<>();
  private final List<String> asked = new ArrayList<>();
  private byte[] bytes;
  private Instant modified;
  private int clean;
  private int injected;

  FileOnServer(byte[] bytes, Instant modified) {
    this.bytes = bytes;
    this.modified = modified;
  }

  /** One that is there, with its time. */
  static FileOnServer of(Path file) throws IOException {
    return new FileOnServer(Files.readAllBytes(file), Files.getLastModifiedTime(file).toInstant());
  }

  /** One that nobody has changed for long. */
  static FileOnServer old(byte[] bytes) {
    return new FileOnServer(bytes, Instant.parse("2026-11-20T17:34:01Z"));
  }

  /** One that is being written: no answer can be known to be of the same version as another. */
  static FileOnServer fresh(byte[] bytes) {
    return new FileOnServer(bytes, Instant.now().plus(1, ChronoUnit.HOURS));
  }

  /** The next answers with bytes get these faults, after so many without any. */
  synchronized FileOnServer inject(int after, Fault... next) {
    clean = after;
    faults.addAll(List.of(next));
    return this;
  }

  synchronized int injected() {
    return injected;
  }

  /** The ranges so far; empty texts for requests without one. */
  synchronized List<String> asked() {
    return List.copyOf(asked);
  }

  synchronized void replace(byte[] other, Instant time) {
    bytes = other;
    modified = time;
  }

  synchronized MockResponse answer(RecordedRequest request) {
    String range = request.getHeaders().get("Range");
    String condition = request.getHeaders().get("If-Range");
    asked.add(range == null ? "" : range);
    boolean isSame = condition == null || condition.equals(HTTP_DATE.format(modified));
    if (range == null || !isSame || bytes.length == 0) {
      return spoil(head(200), bytes);
    }
    Matcher matcher = RANGE.matcher(range);
    if (!matcher.matches()) {
      throw new AssertionError(range);
    }
    int first = Integer.parseInt(matcher.group(1));
    String end = matcher.group(2);
    int last =
        end.isEmpty() ? bytes.length - 1 : (int) Math.min(Long.parseLong(end), bytes.length - 1);
    if (first > last) {
      return new MockResponse.Builder()
          .code(416)
          .addHeader("Content-Range", "bytes */" + bytes.length)
          .build();
    }
    MockResponse.Builder head =
        head(206).addHeader("Content-Range", "bytes " + first + "-" + last + "/" + bytes.length);
    return spoil(head, java.util.Arrays.copyOfRange(bytes, first, last + 1));
  }

  private MockResponse.Builder head(int status) {
    return new MockResponse.Builder()
        .code(status)
        .addHeader("Accept-Ranges", "bytes")
        .addHeader("Content-Disposition", "attachment; filename=\"a\"")
        .addHeader("Content-Type", "application/octet-stream")
        .addHeader("Last-Modified", HTTP_DATE.format(modified))
        .addHeader("Date", HTTP_DATE.format(Instant.now()));
  }

  private MockResponse spoil(MockResponse.Builder head, byte[] body) {
    Fault fault = clean-- > 0 ? null : faults.poll();
    if (fault == null) {
      return head.body(new Buffer().write(body)).build();
    }
    injected++;
    return switch (fault) {
      case TEXT_IN_BODY -> inBody(head, body, TEXT, body.length / 2 / BLOCK * BLOCK);
      case EVENT_IN_BODY -> inBody(head, body, EVENT, body.length / 2 / BLOCK * BLOCK);
      case TEXT_BEFORE_BODY -> inBody(head, body, TEXT, 0);
      case TEXT_BEFORE_HEAD -> beforeHead(TEXT, body);
      case EVENT_BEFORE_HEAD -> beforeHead(EVENT, body);
      case TEXT_INSTEAD_OF_STATUS -> inBody(head.code(200), body, TEXT, 0);
      case CUT -> cut(head, new Buffer().write(body, 0, body.length / 2), body.length);
      case MULTIPART ->
          head.removeHeader("Content-Range")
              .setHeader("Content-Type", "multipart/byteranges; boundary=x")
              .body("--x\r\nContent-Range: bytes 0-0/1\r\n\r\nx\r\n--x--\r\n")
              .build();
    };
  }

  /** Foreign text between two blocks; then the last block does not fit any more. */
  private static MockResponse inBody(
      MockResponse.Builder head, byte[] body, String text, int offset) {
    int whole = (body.length - 1) / BLOCK * BLOCK;
    Buffer sent = new Buffer().write(body, 0, Math.min(offset, whole)).writeUtf8(text);
    sent.write(body, Math.min(offset, whole), whole - Math.min(offset, whole));
    return cut(head, sent, body.length);
  }

  private static MockResponse cut(MockResponse.Builder head, Buffer sent, int length) {
    return head.body(sent)
        .setHeader("Content-Length", length)
        .onResponseEnd(new SocketEffect.CloseSocket())
        .build();
  }

  /** The text has taken the head: nothing that was set before is in it. */
  private static MockResponse beforeHead(String text, byte[] body) {
    return new MockResponse.Builder()
        .addHeader("Content-Type", "text/plain; charset=utf-8")
        .chunkedBody(new Buffer().write(text.getBytes(UTF_8)).write(body), BLOCK)
        .build();
  }
}
