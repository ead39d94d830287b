package dev.sandpiper.testkit.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;

/**
 * A request's body. A read of zero bytes does not block, as it would in Jetty's own stream; and the
 * end can be detected without consuming a byte.
 */
final class BodyStream extends PushbackInputStream {
  BodyStream(InputStream in) {
    super(in);
  }

  /** Waits for the next byte or the end. */
  boolean isAtEnd() throws IOException {
    int next = read();
    if (next < 0) return true;
    unread(next);
    return false;
  }

  /** Does nothing: it ends with its request, and the rest of it may still be drained. */
  @Override
  public void close() {}
}
