package dev.sandpiper.testkit.faults;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * One frame of HTTP/2.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9113#section-4.1">RFC 9113, section 4.1</a>
 */
final class Frame {
  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int RST_STREAM = 3;
  static final int GOAWAY = 7;
  static final int WINDOW_UPDATE = 8;
  static final int CONTINUATION = 9;

  static final int END_STREAM = 1;
  static final int END_HEADERS = 4;
  static final int PADDED = 8;
  static final int PRIORITY = 0x20;

  static final int REFUSED_STREAM = 7;
  static final int CANCEL = 8;

  static final int HEADER_SIZE = 9;
  static final int SMALLEST_LIMIT = 1 << 14; // what every peer accepts

  private final int type;
  private final int flags;
  private final int stream;
  private final byte[] payload;

  Frame(int type, int flags, int stream, byte[] payload) {
    this.type = type;
    this.flags = flags;
    this.stream = stream;
    this.payload = payload;
  }

  int type() {
    return type;
  }

  int flags() {
    return flags;
  }

  int stream() {
    return stream;
  }

  /** The frame's own array: changing it changes the frame. */
  byte[] payload() {
    return payload;
  }

  static Frame of(int type, int flags, int stream, int... values) {
    ByteBuffer payload = ByteBuffer.allocate(4 * values.length);
    for (int value : values) {
      payload.putInt(value);
    }
    return new Frame(type, flags, stream, payload.array());
  }

  /** Blocks until a whole frame has arrived. */
  static Frame read(DataInputStream in) throws IOException {
    int lengthAndType = in.readInt();
    int flags = in.readUnsignedByte();
    int stream = in.readInt() & Integer.MAX_VALUE;
    byte[] payload = new byte[lengthAndType >>> 8];
    in.readFully(payload);
    return new Frame(lengthAndType & 0xff, flags, stream, payload);
  }

  boolean has(int flag) {
    return (flags & flag) != 0;
  }

  /** A part of its payload, as a frame of its own. */
  Frame part(int from, int to, int partFlags) {
    return new Frame(type, partFlags, stream, Arrays.copyOfRange(payload, from, to));
  }

  byte[] bytes() {
    return ByteBuffer.allocate(HEADER_SIZE + payload.length)
        .putInt((payload.length << 8) | type)
        .put((byte) flags)
        .putInt(stream)
        .put(payload)
        .array();
  }
}
