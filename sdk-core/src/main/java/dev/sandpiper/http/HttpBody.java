package dev.sandpiper.http;

import dev.sandpiper.Content;
import java.io.IOException;
import java.io.InputStream;
import okio.BufferedSink;
import okio.Okio;

/** What a request carries. */
public interface HttpBody {

  /** The content type, exactly as it is sent. */
  String contentType();

  /** The length in bytes; -1 where it is not known, which is then sent in chunks. */
  long length();

  /** True if it can be written more than once. Only that decides whether it may be sent again. */
  boolean isRepeatable();

  /** Writes it all. Called on the thread that sends. */
  void writeTo(BufferedSink sink) throws IOException;

  static HttpBody of(String contentType, byte[] bytes) {
    return of(contentType, Content.of(bytes));
  }

  static HttpBody of(String contentType, Content content) {
    return new ContentBody(contentType, content);
  }

  /** Streams {@link Content}; tells its failures from the socket's. */
  record ContentBody(String contentType, Content content) implements HttpBody {
    private static final long SEGMENT = 8 << 10; // of okio's buffers
    private static final long PIECE = 4 * SEGMENT;

    @Override
    public long length() {
      return content.length().orElse(-1);
    }

    @Override
    public boolean isRepeatable() {
      return content.isRepeatable();
    }

    @Override
    public void writeTo(BufferedSink sink) throws IOException {
      try (InputStream stream = open();
          okio.Source source = Okio.source(stream)) {
        long count;
        while ((count = read(source, sink)) >= 0) {
          // Every write costs the same, however short; what comes slowly goes out at once.
          if (count < SEGMENT || sink.getBuffer().size() >= PIECE || isAllRead(stream)) {
            sink.emitCompleteSegments();
          }
        }
      }
    }

    private InputStream open() throws ContentFailedException {
      try {
        return content.open();
      } catch (IOException e) {
        throw new ContentFailedException(e);
      }
    }

    /** True if the next read may block, as far as the content reports. */
    private static boolean isAllRead(InputStream stream) {
      try {
        return stream.available() == 0;
      } catch (IOException e) {
        return true; // if the content has failed, the next read says so
      }
    }

    private static long read(okio.Source source, BufferedSink sink) throws IOException {
      try {
        return source.read(sink.getBuffer(), PIECE);
      } catch (IOException e) {
        throw new ContentFailedException(e);
      }
    }
  }
}
