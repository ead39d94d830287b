package dev.sandpiper.http;

import java.io.IOException;

/**
 * Tells the one failure after which a request that was sent is certain not to have been processed:
 * the peer's own word. OkHttp's types for it are not exported, and a test keeps their names honest.
 */
final class Refusal {
  private static final String HTTP2 = "okhttp3.internal.http2.";
  private static final String RESET = HTTP2 + "StreamResetException";
  private static final String SHUT_DOWN = HTTP2 + "ConnectionShutdownException";
  private static final String REFUSED_STREAM = "stream was reset: REFUSED_STREAM";

  private Refusal() {}

  /**
   * True for {@code REFUSED_STREAM}, which is also how OkHttp reports a GOAWAY below our stream,
   * and for a connection that was going away before our stream was opened.
   */
  static boolean is(IOException failure) {
    String type = failure.getClass().getName();
    return type.equals(SHUT_DOWN)
        || (type.equals(RESET) && REFUSED_STREAM.equals(failure.getMessage()));
  }
}
