package dev.sandpiper.blaxel.server;

import java.io.IOException;
import okio.Buffer;
import okio.BufferedSource;
import okio.ByteString;

/**
 * Lines that the server in a sandbox writes into unrelated responses: the keep-alive of an
 * abandoned stream, in one of two forms, in front of the expected document.
 */
public final class StrayLines {
  public static final ByteString TEXT = ByteString.encodeUtf8("[keepalive]");
  private static final ByteString EVENT =
      ByteString.encodeUtf8("{\"type\":\"stdout\",\"data\":\"[keepalive]\\n\"}");

  private StrayLines() {}

  /** The response without such lines at its beginning. */
  public static byte[] strip(byte[] answer) {
    Buffer rest = new Buffer().write(answer);
    try {
      skip(rest);
    } catch (IOException e) {
      throw new AssertionError(e); // reading a buffer does not fail
    }
    return rest.readByteArray();
  }

  /** Skips such lines at the current position. */
  public static void skip(BufferedSource answer) throws IOException {
    while (skip(answer, TEXT) || skip(answer, EVENT)) {}
  }

  private static boolean skip(BufferedSource answer, ByteString line) throws IOException {
    boolean isThere =
        answer.rangeEquals(0, line)
            && answer.request(line.size() + 1L)
            && answer.getBuffer().getByte(line.size()) == '\n';
    if (isThere) {
      answer.skip(line.size() + 1L);
    }
    return isThere;
  }
}
