package dev.sandpiper.e2b.files;

import dev.sandpiper.Content;
import dev.sandpiper.files.UploadProgress;
import dev.sandpiper.http.HttpBody;
import java.io.IOException;
import okio.BufferedSink;
import okio.ForwardingSink;
import okio.GzipSink;
import okio.Okio;

/** What is on its way into a sandbox's files, packed if that is asked for. */
record UploadBody(String contentType, Content content, UploadProgress progress, boolean gzip)
    implements HttpBody {
  static final String BYTES = "application/octet-stream";

  @Override
  public long length() {
    return gzip ? -1 : content.length().orElse(-1);
  }

  @Override
  public boolean isRepeatable() {
    return content.isRepeatable();
  }

  @Override
  public void writeTo(BufferedSink sink) throws IOException {
    HttpBody told = HttpBody.of(contentType, Content.of(() -> progress.of(content.open())));
    if (!gzip) {
      told.writeTo(sink);
      return;
    }
    // Closed only when all is packed: the end of a half must not look like the end.
    BufferedSink packing = Okio.buffer(new GzipSink(new Unclosed(sink)));
    told.writeTo(packing);
    packing.close();
  }

  private static final class Unclosed extends ForwardingSink {
    Unclosed(BufferedSink sink) {
      super(sink);
    }

    @Override
    public void close() throws IOException {
      flush();
    }
  }
}
