package dev.sandpiper.wire;

import static java.util.Objects.requireNonNull;

/**
 * Validates the caller's strings before anything is sent. An unpaired surrogate cannot be encoded
 * in UTF-8; encoders replace it with a question mark, which would change a name or a value.
 */
public final class SentText {
  private SentText() {}

  /**
   * Returns {@code text} if it can be encoded in UTF-8.
   *
   * @param what names it in messages, such as "argument 1"; the text itself may be a secret
   * @throws IllegalArgumentException if it has an unpaired surrogate
   */
  public static String requireUnicode(String what, String text) {
    requireNonNull(text, what);
    for (int index = 0; index < text.length(); index++) {
      if (Character.isSurrogate(text.charAt(index))) {
        if (text.codePointAt(index) < Character.MIN_SUPPLEMENTARY_CODE_POINT) {
          throw new IllegalArgumentException(
              what + " has an unpaired surrogate at index " + index + ", which is not a character");
        }
        index++;
      }
    }
    return text;
  }

  /**
   * Returns {@code text} if it can be encoded in UTF-8 and passed to a Linux system call.
   *
   * @throws IllegalArgumentException if it has an unpaired surrogate or a NUL
   */
  public static String require(String what, String text) {
    int nul = requireUnicode(what, text).indexOf('\0');
    if (nul >= 0) {
      throw new IllegalArgumentException(
          what + " has a NUL at index " + nul + ", which cannot be sent to a sandbox");
    }
    return text;
  }
}
