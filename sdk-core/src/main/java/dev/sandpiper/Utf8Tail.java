package dev.sandpiper;

/**
 * Finds the beginning of a UTF-8 character at the end of some bytes: what could still become a
 * character when more bytes come (Unicode 15, table 3-7), or one replacement: the JDK decodes a
 * surrogate in three bytes to a single U+FFFD.
 */
final class Utf8Tail {
  private Utf8Tail() {}

  /** How many bytes at the end of {@code first} and {@code second} together are unfinished. */
  static int lengthOf(byte[] first, byte[] second) {
    int total = first.length + second.length;
    for (int length = 1; length <= 3 && length <= total; length++) {
      int lead = at(first, second, total - length);
      if ((lead & 0xc0) != 0x80) {
        return isUnfinished(lead, length, first, second, total) ? length : 0;
      }
    }
    return 0;
  }

  private static boolean isUnfinished(
      int lead, int length, byte[] first, byte[] second, int total) {
    if (length >= sizeOf(lead)) {
      return false;
    }
    return length == 1 || canFollow(lead, at(first, second, total - length + 1));
  }

  private static int sizeOf(int lead) {
    if (lead >= 0xc2 && lead <= 0xdf) {
      return 2;
    }
    if (lead >= 0xe0 && lead <= 0xef) {
      return 3;
    }
    return lead >= 0xf0 && lead <= 0xf4 ? 4 : 1;
  }

  private static boolean canFollow(int lead, int second) {
    return switch (lead) {
      case 0xe0 -> second >= 0xa0;
      case 0xf0 -> second >= 0x90;
      case 0xf4 -> second <= 0x8f;
      default -> true;
    };
  }

  private static int at(byte[] first, byte[] second, int index) {
    return (index < first.length ? first[index] : second[index - first.length]) & 0xff;
  }
}
