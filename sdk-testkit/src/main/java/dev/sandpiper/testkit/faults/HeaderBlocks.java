package dev.sandpiper.testkit.faults;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.testkit.faults.Fault.Response;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.hpack.HpackDecoder;
import org.eclipse.jetty.http2.hpack.HpackException;
import org.jspecify.annotations.Nullable;

/**
 * Reads the compressed heads of a client's requests, and writes heads that do not use the dynamic
 * table, so that a request that the server never receives leaves no gap in its table. Used by one
 * thread.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7541#section-6.2.2">RFC 7541, section 6.2.2</a>
 */
final class HeaderBlocks {
  private static final int LONGEST = 1 << 20;

  private final HpackDecoder decoder = new HpackDecoder(LONGEST, System::nanoTime);
  private final ByteArrayOutputStream block = new ByteArrayOutputStream();

  /** A request's head, as text to match faults against, and as frames for the server. */
  record Head(String text, List<Frame> frames) {}

  /** Adds the fragment of the block in a HEADERS or CONTINUATION frame. */
  void add(Frame frame) throws IOException {
    int from = 0;
    int to = frame.payload().length;
    if (frame.type() == Frame.HEADERS && frame.has(Frame.PADDED) && to > 0) {
      to -= frame.payload()[from++] & 0xff;
    }
    if (frame.type() == Frame.HEADERS && frame.has(Frame.PRIORITY)) from += 5;
    if (from > to) throw new IOException("a frame that is shorter than its padding");
    block.write(frame.payload(), from, to - from);
  }

  /** Ends the block. */
  Head end(int stream, int endStream) throws IOException {
    MetaData decoded = decoded();
    List<Map.Entry<String, String>> fields = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    if (decoded instanceof MetaData.Request request) {
      HttpURI uri = request.getHttpURI();
      text.append(request.getMethod() + " " + uri.getPathQuery() + " HTTP/2\r\n");
      fields.add(required(":method", request.getMethod()));
      fields.add(required(":scheme", uri.getScheme()));
      fields.add(required(":authority", uri.getAuthority()));
      fields.add(required(":path", uri.getPathQuery()));
    }
    for (HttpField field : decoded.getHttpFields()) {
      String value = field.getValue() == null ? "" : field.getValue();
      text.append(field.getName() + ": " + value + "\r\n");
      fields.add(Map.entry(field.getName().toLowerCase(Locale.ROOT), value));
    }
    return new Head(text.toString(), frames(fields, stream, endStream));
  }

  private static Map.Entry<String, String> required(String name, @Nullable String value)
      throws IOException {
    if (value == null) throw new IOException("a request without " + name);
    return Map.entry(name, value);
  }

  private MetaData decoded() throws IOException {
    try {
      return decoder.decode(ByteBuffer.wrap(block.toByteArray()));
    } catch (HpackException.SessionException | HpackException.StreamException e) {
      throw new IOException("cannot read the head of a request: " + e.getMessage(), e);
    } finally {
      block.reset();
    }
  }

  /** A whole response. */
  static List<Frame> response(Response response, int stream) {
    List<Map.Entry<String, String>> fields = new ArrayList<>();
    fields.add(Map.entry(":status", Integer.toString(response.status())));
    response
        .lines()
        .forEach(
            line -> fields.add(Map.entry(line.getKey().toLowerCase(Locale.ROOT), line.getValue())));
    byte[] body = response.body().getBytes(UTF_8);
    fields.add(Map.entry("content-length", Integer.toString(body.length)));
    List<Frame> frames = new ArrayList<>(frames(fields, stream, 0));
    frames.add(new Frame(Frame.DATA, Frame.END_STREAM, stream, body));
    return frames;
  }

  private static List<Frame> frames(
      List<Map.Entry<String, String>> fields, int stream, int endStream) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Map.Entry<String, String> field : fields) {
      out.write(0); // a literal without indexing, with a literal name
      write(field.getKey(), out);
      write(field.getValue(), out);
    }
    Frame all = new Frame(Frame.HEADERS, 0, stream, out.toByteArray());
    List<Frame> frames = new ArrayList<>();
    for (int from = 0; from == 0 || from < out.size(); from += Frame.SMALLEST_LIMIT) {
      int to = Math.min(out.size(), from + Frame.SMALLEST_LIMIT);
      int flags = (to == out.size() ? Frame.END_HEADERS : 0) | (from == 0 ? endStream : 0);
      Frame part = all.part(from, to, flags);
      frames.add(from == 0 ? part : new Frame(Frame.CONTINUATION, flags, stream, part.payload()));
    }
    return frames;
  }

  private static void write(String text, ByteArrayOutputStream out) {
    byte[] bytes = text.getBytes(ISO_8859_1);
    if (bytes.length < 127) {
      out.write(bytes.length);
    } else {
      out.write(127);
      int rest = bytes.length - 127;
      for (; rest >= 128; rest >>>= 7) {
        out.write((rest & 127) | 128);
      }
      out.write(rest);
    }
    out.writeBytes(bytes);
  }
}
