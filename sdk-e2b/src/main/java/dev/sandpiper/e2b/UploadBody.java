package dev.sandpiper.e2b;

import dev.sandpiper.Content;
import dev.sandpiper.TransferListener;
import dev.sandpiper.TransferProgress;
import dev.sandpiper.http.HttpBody;
import dev.sandpiper.wire.BlockInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.OptionalLong;
import okio.BufferedSink;
import okio.ForwardingSink;
import okio.GzipSink;
import okio.Okio;
import org.jspecify.annotations.Nullable;

/**
 * A file on its way into a sandbox, watched while it is read, packed if that is asked for. Belongs
 * to the thread that sends.
 */
final class UploadBody implements HttpBody {
  private final Content content;
  private final HttpBody bytes;
  private final TransferListener listener;
  private final OptionalLong total;
  private final boolean gzip;
  private long sent;
  private @Nullable RuntimeException thrown;

  UploadBody(
      String contentType,
      Content content,
      OptionalLong total,
      TransferListener listener,
      boolean gzip) {
    this.content = content;
    this.bytes = HttpBody.of(contentType, Content.of(() -> new Watched(content.open())));
    this.listener = listener;
    this.total = total;
    this.gzip = gzip;
  }

  @Override
  public String contentType() {
    return bytes.contentType();
  }

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
    sent = 0;
    if (gzip) {
      // Closed only when all is packed: the end of a half must not look like the end.
      BufferedSink packing = Okio.buffer(new GzipSink(new Unclosed(sink)));
      bytes.writeTo(packing);
      packing.close();
    } else {
      bytes.writeTo(sink);
    }
    tell(1);
  }

  private void tell(int entries) throws IOException {
    try {
      listener.progress(new TransferProgress(sent, total, entries));
    } catch (RuntimeException e) {
      thrown = e;
      throw new IOException("the listener of the transfer threw", e);
    }
  }

  boolean isGzip() {
    return gzip;
  }

  /** How much of the content was read, and so may have arrived. */
  long sent() {
    return sent;
  }

  /** What the listener or the content threw, past what it may; null if nothing. */
  @Nullable RuntimeException thrown() {
    return thrown;
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

  private final class Watched extends BlockInputStream {
    private final InputStream stream;

    Watched(InputStream stream) {
      this.stream = stream;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int count = readContent(target, offset, length);
      if (count > 0) {
        sent += count;
        tell(0);
      }
      return count;
    }

    @Override
    public void close() throws IOException {
      stream.close();
    }

    private int readContent(byte[] target, int offset, int length) throws IOException {
      try {
        return stream.read(target, offset, length);
      } catch (RuntimeException e) {
        thrown = e;
        throw new IOException("the content threw", e);
      }
    }
  }
}
