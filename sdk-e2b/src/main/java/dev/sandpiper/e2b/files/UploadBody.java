package dev.sandpiper.e2b.files;

import dev.sandpiper.Content;
import dev.sandpiper.files.UploadProgress;
import dev.sandpiper.http.HttpBody;
import java.io.IOException;
import okio.BufferedSink;
import okio.ForwardingSink;
import okio.GzipSink;
import okio.Okio;

/** The body of an upload, gzipped if requested. */
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
    HttpBody body = HttpBody.of(contentType, Content.of(() -> progress.of(content.open())));
    if (!gzip) {
      body.writeTo(sink);
      return;
    }
    // Closed only after all content: closing after a failure would write a valid end of a
    // truncated stream.
    BufferedSink packing = Okio.buffer(new GzipSink(new Unclosed(sink)));
    body.writeTo(packing);
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
