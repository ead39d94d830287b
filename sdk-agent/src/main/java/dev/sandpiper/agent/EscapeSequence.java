package dev.sandpiper.agent;

/**
 * Finds the end of a terminal's control sequence.
 *
 * @see <a href="https://ecma-international.org/publications-and-standards/standards/ecma-48/">
 *     ECMA-48</a>
 */
final class EscapeSequence {
  static final byte ESCAPE = 0x1b;
  private static final byte BELL = 0x07;

  /**
   * For a title or a link; a longer one without an end is not a sequence but an ESC in binary data.
   */
  private static final int LONGEST = 4_096;

  private EscapeSequence() {}

  /**
   * The index after the sequence that begins at {@code start}, or the limit if it is incomplete.
   */
  static int end(byte[] bytes, int start, int limit) {
    if (start + 1 >= limit) {
      return limit;
    }
    return switch (bytes[start + 1]) {
      case '[' -> behindFinal(bytes, start + 2, limit, 0x40);
      case ']', 'P', 'X', '^', '_' -> behindString(bytes, start + 2, limit);
      default -> behindFinal(bytes, start + 1, limit, 0x30);
    };
  }

  /** True if the sequence at {@code start} may continue in the next bytes. */
  static boolean isCutOff(byte[] bytes, int start) {
    if (start + 1 >= bytes.length) {
      return true;
    }
    int end = end(bytes, start, bytes.length);
    byte last = bytes[end - 1];
    return end == bytes.length
        && switch (bytes[start + 1]) {
          case '[' -> end == start + 2 || last < 0x40;
          case ']', 'P', 'X', '^', '_' -> last != BELL && last != '\\';
          default -> last < 0x30;
        };
  }

  /** Parameters and intermediates come first; anything outside of ASCII ends it too. */
  private static int behindFinal(byte[] bytes, int from, int limit, int leastFinal) {
    int at = from;
    while (at < limit && bytes[at] >= 0x20 && bytes[at] < leastFinal) {
      at++;
    }
    return at < limit && bytes[at] >= leastFinal ? at + 1 : at;
  }

  private static int behindString(byte[] bytes, int from, int limit) {
    int last = Math.min(limit, from + LONGEST);
    for (int at = from; at < last; at++) {
      if (bytes[at] == BELL) {
        return at + 1;
      }
      if (bytes[at] == ESCAPE) {
        return at + 1 < limit && bytes[at + 1] == '\\' ? at + 2 : at;
      }
    }
    return last == limit ? limit : from;
  }
}
