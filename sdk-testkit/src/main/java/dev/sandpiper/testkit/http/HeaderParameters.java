package dev.sandpiper.testkit.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The {@code name=value} pairs after a header's first semicolon. */
final class HeaderParameters {
  private static final Pattern PARAMETER =
      Pattern.compile(";\\s*([^\\s;=\"]+)\\s*=\\s*(?:\"((?:[^\"\\\\]|\\\\.)*+)\"|([^;]*))");

  private HeaderParameters() {}

  /**
   * Names in lower case. A name with a star, which has its own encoding, takes precedence over the
   * plain one.
   */
  public static Map<String, String> parse(String header) {
    Map<String, String> plain = new LinkedHashMap<>();
    Map<String, String> extended = new LinkedHashMap<>();
    Matcher matcher = PARAMETER.matcher(header);
    while (matcher.find()) {
      String name = matcher.group(1).toLowerCase(Locale.ROOT);
      String value =
          matcher.group(2) == null ? matcher.group(3).trim() : unescape(matcher.group(2));
      if (name.endsWith("*")) {
        putDecoded(name.substring(0, name.length() - 1), value, extended);
      } else {
        plain.putIfAbsent(name, value);
      }
    }
    plain.putAll(extended);
    return plain;
  }

  /** A backslash escapes a quote or a backslash; before any other character it is literal. */
  private static String unescape(String quoted) {
    return quoted.replaceAll("\\\\([\"\\\\])", "$1");
  }

  private static void putDecoded(String name, String value, Map<String, String> decoded) {
    String[] parts = value.split("'", 3);
    try {
      decoded.put(name, URLDecoder.decode(parts[parts.length - 1].replace("+", "%2B"), UTF_8));
    } catch (IllegalArgumentException e) {
      // not percent-encoded: the plain one is used
    }
  }
}
