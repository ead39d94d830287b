package dev.sandpiper.interpreter;

import dev.sandpiper.wire.SentText;
import java.util.regex.Pattern;

/**
 * Checks texts that the service in the sandbox writes into source code, between quotes of either
 * kind and without escaping them. No spelling of a quote, a backslash or a line feed is the same in
 * all of its languages, so that these are refused instead of being encoded.
 */
final class SplicedText {
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  private SplicedText() {}

  static String requireName(String name) {
    SentText.require("the variable's name", name);
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "a variable's name has letters, digits and underscores, because the service writes it"
              + " into source code: '"
              + name
              + "'");
    }
    return name;
  }

  /**
   * Returns {@code text} if it means itself between quotes.
   *
   * @param what names it in the message, which does not repeat the text: it may be a secret
   * @param instead what to do where such a text is needed
   */
  static String require(String what, String text, String instead) {
    SentText.require(what, text);
    for (int index = 0; index < text.length(); index++) {
      if (isSpecial(text.charAt(index))) {
        throw new IllegalArgumentException(
            what
                + " has a quote, a backslash or a control character at index "
                + index
                + ", which the service would write into source code as it is; "
                + instead);
      }
    }
    return text;
  }

  private static boolean isSpecial(char one) {
    return "'\"`\\\u2028\u2029".indexOf(one) >= 0 || Character.isISOControl(one);
  }
}
