package dev.sandpiper.testkit.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;

/**
 * A request's body. Whoever asks for nothing gets nothing and does not wait, as Jetty's own stream
 * would; and it can be asked whether there is anything.
 */
final class BodyStream extends PushbackInputStream {
  BodyStream(InputStream in) {
    super(in);
  }

  /** Waits for the first byte, or for the end. */
  boolean isAtEnd() throws IOException {
    int next = read();
    if (next < 0) return true;
    unread(next);
    return false;
  }

  /** Does nothing: it ends with its request, and what is left of it may still be drained. */
  @Override
  public void close() {}
}
