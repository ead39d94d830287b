package dev.sandpiper.benchmarks.server;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/** Bytes as they stand on the wire: chunks of HTTP/1.1, and Connect's envelopes in them. */
final class Chunks {
  private static final byte[] LINE_END = {'\r', '\n'};

  /** The last chunk of a body. */
  static final byte[] LAST = "0\r\n\r\n".getBytes(US_ASCII);

  private Chunks() {}

  /** One chunk that holds these bytes. */
  static byte[] of(byte[] bytes) {
    ByteArrayOutputStream chunk = new ByteArrayOutputStream(bytes.length + 16);
    chunk.writeBytes(Integer.toHexString(bytes.length).getBytes(US_ASCII));
    chunk.writeBytes(LINE_END);
    chunk.writeBytes(bytes);
    chunk.writeBytes(LINE_END);
    return chunk.toByteArray();
  }

  /** One chunk that holds one Connect envelope: flags, length, message. */
  static byte[] envelope(int flags, byte[] message) {
    ByteBuffer envelope = ByteBuffer.allocate(5 + message.length);
    envelope.put((byte) flags).putInt(message.length).put(message);
    return of(envelope.array());
  }
}
