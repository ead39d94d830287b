package dev.sandpiper.http;

import dev.sandpiper.Content;
import java.io.IOException;
import java.io.InputStream;
import okio.BufferedSink;
import okio.Okio;

/** The body of a request. */
public interface HttpBody {

  /** The content type, exactly as it is sent. */
  String contentType();

  /** The length in bytes; -1 if unknown, in which case it is sent with chunked encoding. */
  long length();

  /** True if it can be written more than once. A request whose body cannot be is not retried. */
  boolean isRepeatable();

  /** Writes the whole body. Called on the sending thread. */
  void writeTo(BufferedSink sink) throws IOException;

  static HttpBody of(String contentType, byte[] bytes) {
    return of(contentType, Content.of(bytes));
  }

  static HttpBody of(String contentType, Content content) {
    return new ContentBody(contentType, content);
  }

  /**
   * Streams {@link Content}, and wraps its failures so that they are not mistaken for the socket's.
   */
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
          // Each write to the socket costs the same however short, so small reads are collected;
          // but
          // content that arrives slowly is sent without delay.
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

    /** True if the next read may block, according to the content's {@code available()}. */
    private static boolean isAllRead(InputStream stream) {
      try {
        return stream.available() == 0;
      } catch (IOException e) {
        return true; // if the content has failed, the next read reports it
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
