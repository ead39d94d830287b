package dev.sandpiper.wire;

import static java.util.Objects.requireNonNull;

/**
 * Checks texts of the caller's before anything is sent. UTF-8 has no bytes for half of a surrogate
 * pair: encoders write a question mark instead, which would name or say something else.
 */
public final class SentText {
  private SentText() {}

  /**
   * Returns {@code text} if UTF-8 can hold it.
   *
   * @param what names it in the message, such as "argument 1"; the text itself may be a secret
   * @throws IllegalArgumentException if half of a surrogate pair has no other half
   */
  public static String requireUnicode(String what, String text) {
    requireNonNull(text, what);
    for (int index = 0; index < text.length(); index++) {
      if (Character.isSurrogate(text.charAt(index))) {
        if (text.codePointAt(index) < Character.MIN_SUPPLEMENTARY_CODE_POINT) {
          throw new IllegalArgumentException(
              what
                  + " has half of a surrogate pair at index "
                  + index
                  + ", which is not a character");
        }
        index++;
      }
    }
    return text;
  }

  /**
   * Returns {@code text} if UTF-8 can hold it and the system of a sandbox can.
   *
   * @throws IllegalArgumentException if half of a surrogate pair has no other half, or there is a
   *     NUL
   */
  public static String require(String what, String text) {
    int nul = requireUnicode(what, text).indexOf('\0');
    if (nul >= 0) {
      throw new IllegalArgumentException(
          what + " has a NUL at index " + nul + ", which a sandbox cannot be given");
    }
    return text;
  }
}
