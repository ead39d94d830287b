package dev.sandpiper.e2b.process;

import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Output;
import java.io.IOException;
import okio.Buffer;
import okio.BufferedSource;
import org.jspecify.annotations.Nullable;

/**
 * Reads a message that contains exactly one output, so that its bytes are copied only once. Three
 * nested fields, each filling the one around it:
 *
 * <pre>
 * 0a length             event of the response
 *   12 length           data of the event
 *     0a length bytes   stdout; 12 stderr, 1a pty
 * </pre>
 *
 * @see <a href="https://protobuf.dev/programming-guides/encoding/">Protocol Buffers' encoding</a>
 */
final class BinaryOutput {
  private static final int FIRST = 0x0a; // field 1, with a length
  private static final int SECOND = 0x12;
  private static final int THIRD = 0x1a;
  private static final int LONGEST_LENGTH = 5; // bytes of a 32-bit number, seven bits in each
  private static final int LONGEST_PREFIX = 3 * (1 + LONGEST_LENGTH);
  private static final int NONE = -1;

  private BinaryOutput() {}

  /** Null if the message is anything else; then nothing is consumed. */
  static @Nullable Output read(BufferedSource source, long length) throws IOException {
    source.require(Math.min(length, LONGEST_PREFIX));
    Buffer bytes = source.getBuffer();
    int data = inside(bytes, inside(bytes, 0, length, FIRST), length, SECOND);
    Channel channel = data == NONE || data == length ? null : channel(bytes.getByte(data));
    if (channel == null) {
      return null;
    }
    int output = inside(bytes, data, length, bytes.getByte(data));
    if (output == NONE) {
      return null;
    }
    source.skip(output);
    return Output.of(channel, source.readByteArray(length - output));
  }

  private static @Nullable Channel channel(byte tag) {
    return switch (tag) {
      case FIRST -> Channel.STDOUT;
      case SECOND -> Channel.STDERR;
      case THIRD -> Channel.TERMINAL;
      default -> null;
    };
  }

  /**
   * The offset of the content of a field that extends to the end of the message, or {@code NONE}.
   */
  private static int inside(Buffer bytes, int field, long end, int tag) {
    if (field == NONE || field == end || bytes.getByte(field) != tag) {
      return NONE;
    }
    long value = 0;
    int last = (int) Math.min(end - 1, field + LONGEST_LENGTH);
    for (int at = field + 1, shift = 0; at <= last; at++, shift += 7) {
      byte one = bytes.getByte(at);
      value |= (one & 0x7fL) << shift;
      if (one >= 0) {
        return value == end - at - 1 ? at + 1 : NONE;
      }
    }
    return NONE;
  }
}
