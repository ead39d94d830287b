package dev.sandpiper.interpreter;

import dev.sandpiper.wire.SentText;
import java.util.regex.Pattern;

/**
 * Validates strings that the service in the sandbox inserts into source code, between quotes of
 * either kind and without escaping. Its languages have no common escape for a quote, a backslash or
 * a line feed, so these are rejected instead of being escaped.
 */
final class SplicedText {
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  private SplicedText() {}

  static String requireName(String name) {
    SentText.require("the variable's name", name);
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "a variable's name must consist of letters, digits and underscores, because the service"
              + " inserts it into source code: '"
              + name
              + "'");
    }
    return name;
  }

  /**
   * Returns {@code text} if it needs no escaping between quotes.
   *
   * @param what names it in the message, which does not repeat the text, because it may be a secret
   * @param instead what to do if such a text is needed
   */
  static String require(String what, String text, String instead) {
    SentText.require(what, text);
    for (int index = 0; index < text.length(); index++) {
      if (isSpecial(text.charAt(index))) {
        throw new IllegalArgumentException(
            what
                + " has a quote, a backslash or a control character at index "
                + index
                + ", which the service would insert into source code unescaped; "
                + instead);
      }
    }
    return text;
  }

  private static boolean isSpecial(char one) {
    return "'\"`\\\u2028\u2029".indexOf(one) >= 0 || Character.isISOControl(one);
  }
}
