package dev.sandpiper.e2b;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.Content;
import dev.sandpiper.engine.Nonce;
import dev.sandpiper.wire.BlockInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Enumeration;
import java.util.Iterator;
import java.util.Map;

/**
 * Several files in one {@code multipart/form-data} body, each path as a file name, which E2B reads
 * with its directories. Quotes and backslashes in it have a backslash before them, which is how the
 * daemon reads it; a browser's way would make other files.
 */
final class FormUpload {
  private final String boundary = Nonce.random();
  private final Map<String, Content> files;

  /**
   * @param files by absolute paths, in the order of sending
   */
  FormUpload(Map<String, Content> files) {
    this.files = files;
  }

  String contentType() {
    return "multipart/form-data; boundary=" + boundary;
  }

  Content content() {
    boolean repeatable = files.values().stream().allMatch(Content::isRepeatable);
    Content whole = Content.of(() -> new SequenceInputStream(new Parts()));
    return repeatable ? whole : Content.of(new SequenceInputStream(new Parts()));
  }

  private String head(String path) {
    return "--"
        + boundary
        + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\""
        + path.replace("\\", "\\\\").replace("\"", "\\\"")
        + "\"\r\n\r\n";
  }

  /** Head, file and line break of each, then the end; opened when it is their turn. */
  @SuppressWarnings("JdkObsolete") // a sequence of streams takes nothing newer
  private final class Parts implements Enumeration<InputStream> {
    private final Iterator<Map.Entry<String, Content>> left = files.entrySet().iterator();
    private boolean ended;

    @Override
    public boolean hasMoreElements() {
      return !ended;
    }

    @Override
    public InputStream nextElement() {
      if (!left.hasNext()) {
        ended = true;
        return text("--" + boundary + "--\r\n");
      }
      Map.Entry<String, Content> file = left.next();
      return new SequenceInputStream(
          new SequenceInputStream(text(head(file.getKey())), new Later(file.getValue())),
          text("\r\n"));
    }

    private InputStream text(String text) {
      return new ByteArrayInputStream(text.getBytes(UTF_8));
    }
  }

  /** A content that is opened by the first read, because an enumeration cannot fail. */
  private static final class Later extends BlockInputStream {
    private final Content content;
    private InputStream stream = InputStream.nullInputStream();
    private boolean opened;

    Later(Content content) {
      this.content = content;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      if (!opened) {
        opened = true;
        stream = content.open();
      }
      return stream.read(target, offset, length);
    }

    @Override
    public void close() throws IOException {
      stream.close();
    }
  }
}
