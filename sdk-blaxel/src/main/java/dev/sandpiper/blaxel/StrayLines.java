package dev.sandpiper.blaxel;

import okio.ByteString;

/**
 * Lines that the server in a sandbox writes into answers where they do not belong: the keep-alive
 * of a stream that somebody left behind, in one of two forms, in front of the due document.
 */
final class StrayLines {
  static final ByteString TEXT = ByteString.encodeUtf8("[keepalive]");
  private static final ByteString EVENT =
      ByteString.encodeUtf8("{\"type\":\"stdout\",\"data\":\"[keepalive]\\n\"}");

  private StrayLines() {}

  /** The answer without such lines at its beginning. */
  static byte[] strip(byte[] answer) {
    ByteString rest = ByteString.of(answer);
    ByteString before;
    do {
      before = rest;
      rest = without(without(rest, TEXT), EVENT);
    } while (rest.size() < before.size());
    return rest.toByteArray();
  }

  private static ByteString without(ByteString answer, ByteString line) {
    int end = line.size();
    boolean isThere = answer.startsWith(line) && answer.size() > end && answer.getByte(end) == '\n';
    return isThere ? answer.substring(end + 1) : answer;
  }
}
