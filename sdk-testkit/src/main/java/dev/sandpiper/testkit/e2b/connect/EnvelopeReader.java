package dev.sandpiper.testkit.e2b.connect;

import com.google.protobuf.Message;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the messages of a client's stream. Each is in an envelope: a flags byte, a four-byte
 * big-endian length, and that many bytes. Lengths are checked before anything is allocated.
 *
 * @see <a href="https://connectrpc.com/docs/protocol/#streaming-request">Connect streaming</a>
 */
public final class EnvelopeReader {
  private static final int COMPRESSED = 0b01;
  private static final int END_STREAM = 0b10;
  private static final int HEAD_BYTES = 5;

  private final InputStream in;
  private final Codec codec;
  private final boolean gzip;

  public EnvelopeReader(InputStream in, Codec codec, boolean gzip) {
    this.in = in;
    this.codec = codec;
    this.gzip = gzip;
  }

  /**
   * The next message, or null at the end. An empty payload is an empty message.
   *
   * @throws RpcException if the envelope or the message is malformed
   */
  public <Q extends Message> @Nullable Q next(Q prototype) throws IOException {
    byte[] head = in.readNBytes(HEAD_BYTES);
    if (head.length == 0) return null;
    if (head.length < HEAD_BYTES) {
      throw RpcException.invalid("protocol error: incomplete envelope: unexpected EOF");
    }
    int flags = head[0] & 0xff;
    byte[] payload = payload(Integer.toUnsignedLong(ByteBuffer.wrap(head, 1, 4).getInt()));
    if ((flags & COMPRESSED) != 0 && !gzip) {
      throw RpcException.internal(
          "protocol error: sent compressed message without compression support");
    }
    if ((flags & END_STREAM) != 0) return null;
    if ((flags & ~COMPRESSED) != 0) {
      throw RpcException.internal("protocol error: invalid envelope flags " + flags);
    }
    return payload.length == 0 ? prototype : codec.parse(expanded(flags, payload), prototype);
  }

  private static byte[] expanded(int flags, byte[] payload) {
    return (flags & COMPRESSED) == 0 ? payload : Gzip.expand(payload, Limits.MESSAGE_BYTES);
  }

  private byte[] payload(long length) throws IOException {
    if (length > Limits.MESSAGE_BYTES) {
      long skipped = skip(Limits.MESSAGE_BYTES);
      throw skipped < Limits.MESSAGE_BYTES ? cut(length, skipped) : Limits.tooLong(length);
    }
    byte[] payload = in.readNBytes((int) length);
    if (payload.length < length) throw cut(length, payload.length);
    return payload;
  }

  private long skip(long most) throws IOException {
    byte[] scratch = new byte[8192];
    long skipped = 0;
    while (skipped < most) {
      int count = in.read(scratch, 0, (int) Math.min(scratch.length, most - skipped));
      if (count < 0) break;
      skipped += count;
    }
    return skipped;
  }

  private static RpcException cut(long promised, long got) {
    return RpcException.invalid(
        "protocol error: promised "
            + promised
            + " bytes in enveloped message, got "
            + got
            + " bytes");
  }
}
