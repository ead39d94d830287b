package dev.sandpiper.blaxel.files;

import dev.sandpiper.wire.MalformedStreamException;
import java.nio.ByteBuffer;

/** Decodes bytes printed by {@code od -An -v -tx1}. */
public final class HexDigits {
  private HexDigits() {}

  public static ByteBuffer decode(byte[] digits) throws MalformedStreamException {
    ByteBuffer decoded = ByteBuffer.allocate(digits.length / 2);
    int high = -1;
    for (byte one : digits) {
      int digit = Character.digit(one, 16);
      if (digit >= 0 && high >= 0) {
        decoded.put((byte) (high << 4 | digit));
        high = -1;
      } else if (digit >= 0) {
        high = digit;
      } else if (high >= 0 || !Character.isWhitespace(one)) {
        throw new MalformedStreamException("bytes that are not hexadecimal digits");
      }
    }
    return decoded.flip();
  }
}
