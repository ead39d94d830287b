package dev.sandpiper.wire;

import java.io.EOFException;
import java.io.IOException;
import okio.BufferedSource;
import org.jspecify.annotations.Nullable;

/**
 * Reads the messages of one Connect server stream, in order.
 *
 * <pre>
 * byte 0      flags: 1 = compressed, 2 = end of stream
 * bytes 1..4  length of the payload, unsigned, big-endian
 * bytes 5..   payload
 * </pre>
 *
 * <p>The last envelope is always the end-of-stream message; a body without one was truncated. The
 * boundaries of HTTP chunks are irrelevant. Not thread-safe: to unblock a blocked reader, cancel
 * the call that owns the source.
 *
 * @see <a href="https://connectrpc.com/docs/protocol/#streaming-response">Connect streaming</a>
 */
public final class ConnectStreamReader {
  private static final int COMPRESSED = 0b01;
  private static final int END_OF_STREAM = 0b10;

  private final BufferedSource source;
  private final int maxMessageBytes;
  private @Nullable ConnectEnd end;

  public ConnectStreamReader(BufferedSource source, int maxMessageBytes) {
    this.source = source;
    this.maxMessageBytes = maxMessageBytes;
  }

  /**
   * Blocks for the bytes of the next message, which may be empty. Null once the server has ended
   * the stream. Throws the same exceptions as {@link #next}.
   */
  public byte @Nullable [] nextMessage() throws IOException {
    return next(BufferedSource::readByteArray);
  }

  /**
   * Blocks for the next message. Null once the server has ended the stream.
   *
   * @throws EOFException if the body ends before the end-of-stream message
   * @throws MessageTooLongException if a message, or the end-of-stream message, exceeds the limit
   * @throws MalformedStreamException if the bytes are not a Connect stream
   */
  public <T> @Nullable T next(MessageReader<T> messages) throws IOException {
    if (end != null) {
      return null;
    }
    int flags = source.readByte() & 0xff;
    if ((flags & ~(COMPRESSED | END_OF_STREAM)) != 0) {
      throw new MalformedStreamException("envelope with unknown flags: " + flags);
    }
    if ((flags & COMPRESSED) != 0) {
      throw new MalformedStreamException("compressed envelope, but no compression was offered");
    }
    long length = readLength();
    if ((flags & END_OF_STREAM) == 0) {
      return messages.read(source, length);
    }
    end = ConnectEnd.parse(source.readByteArray(length));
    return null;
  }

  private long readLength() throws IOException {
    long length = source.readInt() & 0xffffffffL;
    // Checked before any byte of the payload is read: the length comes from the peer.
    if (length > maxMessageBytes) {
      throw new MessageTooLongException("an envelope of " + length + " bytes", maxMessageBytes);
    }
    return length;
  }

  /** How the server ended the stream. Null until {@link #next} has returned null. */
  public @Nullable ConnectEnd end() {
    return end;
  }

  /**
   * Blocks until the body ends too, so that its connection can be reused.
   *
   * @throws MalformedStreamException if bytes follow the end-of-stream message
   */
  public void expectNothingMore() throws IOException {
    if (!source.exhausted()) {
      throw new MalformedStreamException("bytes after the end-of-stream message");
    }
  }
}
