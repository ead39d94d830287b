package dev.sandpiper.agent;

/** The characters of UTF-8 as RFC 3629 defines them: no overlong forms, and no surrogates. */
final class Utf8 {
  private static final int LONGEST = 4;

  private Utf8() {}

  /** The number of bytes of the character at {@code at}; 0 if there is no complete one. */
  static int length(byte[] bytes, int at, int limit) {
    int lead = bytes[at] & 0xff;
    int length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (lead > 0xf4 || at + length > limit) {
      return 0;
    }
    for (int i = 1; i < length; i++) {
      if (!isContinuation(bytes[at + i])) {
        return 0;
      }
    }
    return length > 2 && !isSecond(lead, bytes[at + 1] & 0xff) ? 0 : length;
  }

  private static boolean isSecond(int lead, int second) {
    return switch (lead) {
      case 0xe0 -> second >= 0xa0;
      case 0xed -> second < 0xa0; // the rest are surrogates
      case 0xf0 -> second >= 0x90;
      case 0xf4 -> second < 0x90; // the rest is beyond U+10FFFF
      default -> true;
    };
  }

  static boolean isContinuation(byte single) {
    return (single & 0xc0) == 0x80;
  }

  /** True if an incomplete character begins at {@code at}. */
  static boolean isCutOff(byte[] bytes, int at, int limit) {
    int lead = bytes[at] & 0xff;
    return lead >= 0xc2 && lead <= 0xf4 && at + (lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4) > limit;
  }

  /** {@code end}, or the beginning of the character that a cut there would split. */
  static int wholeEnd(byte[] bytes, int end) {
    for (int at = end - 1; at >= Math.max(0, end - LONGEST + 1); at--) {
      if (!isContinuation(bytes[at])) {
        return isCutOff(bytes, at, end) ? at : end;
      }
    }
    return end;
  }

  /** {@code start}, or the end of the character that a cut there would split. */
  static int wholeStart(byte[] bytes, int start) {
    int at = start;
    while (at < bytes.length && at - start < LONGEST && isContinuation(bytes[at])) {
      at++;
    }
    return at - start < LONGEST ? at : start; // not UTF-8 here, so any place will do
  }
}
