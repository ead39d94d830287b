package dev.sandpiper.wire;

import java.nio.ByteBuffer;

/** Writes the envelope of one message; see {@link ConnectStreamReader} for its bytes. */
public final class ConnectEnvelope {
  private static final int PREFIX = 5;

  private ConnectEnvelope() {}

  /** {@code message} in its own envelope, uncompressed. */
  public static byte[] of(byte[] message) {
    return ByteBuffer.allocate(PREFIX + message.length)
        .put((byte) 0)
        .putInt(message.length)
        .put(message)
        .array();
  }
}
