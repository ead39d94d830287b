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
 * Several files in one {@code multipart/form-data} body, with paths as file names, which E2B
 * supports. Quotes and backslashes in a path are escaped by a backslash, as the daemon expects; the
 * escapes that browsers use would create files with other names.
 *
 * @param files by absolute path, in the order of sending
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

  /** The headers, content and line break of each file, then the final boundary. */
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
