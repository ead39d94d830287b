package dev.sandpiper;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;

/** Finds an incomplete UTF-8 character at the end of some bytes. */
final class Utf8Tail {
  private static final int LONGEST = 3;

  private Utf8Tail() {}

  /**
   * How many bytes at the end of {@code first} and {@code second} together may be the start of a
   * character, or of a single replacement, that further bytes complete.
   */
  static int lengthOf(byte[] first, byte[] second) {
    if (second.length > 0 && second[second.length - 1] >= 0) {
      return 0; // by far most outputs end in ASCII
    }
    // Bytes before the last three are complete or malformed, whatever comes next.
    int fromFirst = Math.min(first.length, Math.max(0, LONGEST - second.length));
    int fromSecond = Math.min(second.length, LONGEST);
    ByteBuffer end =
        ByteBuffer.allocate(fromFirst + fromSecond)
            .put(first, first.length - fromFirst, fromFirst)
            .put(second, second.length - fromSecond, fromSecond)
            .flip();
    UTF_8
        .newDecoder()
        .onMalformedInput(CodingErrorAction.REPLACE)
        .decode(end, CharBuffer.allocate(LONGEST), false);
    return end.remaining();
  }
}
