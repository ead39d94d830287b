package dev.sandpiper.http;

import java.io.IOException;

/**
 * Detects the failures after which a sent request was certainly not processed, because the peer
 * says so. OkHttp does not export their types; a test checks that the names still exist.
 */
final class Refusal {
  private static final String HTTP2 = "okhttp3.internal.http2.";
  private static final String RESET = HTTP2 + "StreamResetException";
  private static final String SHUT_DOWN = HTTP2 + "ConnectionShutdownException";
  private static final String REFUSED_STREAM = "stream was reset: REFUSED_STREAM";

  private Refusal() {}

  /**
   * True for {@code REFUSED_STREAM}, as which OkHttp also reports a GOAWAY below our stream, and
   * for a connection that was shut down before our stream was opened.
   */
  static boolean is(IOException failure) {
    String type = failure.getClass().getName();
    return type.equals(SHUT_DOWN)
        || (type.equals(RESET) && REFUSED_STREAM.equals(failure.getMessage()));
  }
}
