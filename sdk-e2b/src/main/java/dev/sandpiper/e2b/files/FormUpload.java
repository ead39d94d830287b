package dev.sandpiper.e2b.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.Content;
import dev.sandpiper.engine.Nonce;
import dev.sandpiper.files.JoinedStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Several files in one {@code multipart/form-data} body, each path as a file name, which E2B reads
 * with its directories. Quotes and backslashes in it have a backslash before them, which is how the
 * daemon reads it; a browser's way would make other files.
 *
 * @param files by absolute paths, in the order of sending
 */
record FormUpload(String boundary, Map<String, Content> files) {

  static FormUpload of(Map<String, Content> files) {
    return new FormUpload(Nonce.random(), files);
  }

  String contentType() {
    return "multipart/form-data; boundary=" + boundary;
  }

  Content content() {
    boolean repeatable = files.values().stream().allMatch(Content::isRepeatable);
    return repeatable ? Content.of(() -> new Form()) : Content.of(new Form());
  }

  /** Head, content and line break of each file, then the end. */
  private final class Form extends JoinedStream {
    private final Iterator<Map.Entry<String, Content>> left = files.entrySet().iterator();
    private boolean ended;

    @Override
    protected @Nullable InputStream next() throws IOException {
      if (left.hasNext()) {
        Map.Entry<String, Content> file = left.next();
        InputStream content = file.getValue().open();
        return new SequenceInputStream(
            new SequenceInputStream(text(head(file.getKey())), content), text("\r\n"));
      }
      InputStream end = ended ? null : text("--" + boundary + "--\r\n");
      ended = true;
      return end;
    }

    private String head(String path) {
      return "--"
          + boundary
          + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\""
          + path.replace("\\", "\\\\").replace("\"", "\\\"")
          + "\"\r\n\r\n";
    }

    private InputStream text(String text) {
      return new ByteArrayInputStream(text.getBytes(UTF_8));
    }
  }
}
