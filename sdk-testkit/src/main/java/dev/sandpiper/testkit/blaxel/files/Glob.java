package dev.sandpiper.testkit.blaxel.files;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A pattern for names as Go has it. One that is malformed fits nothing. */
final class Glob {
  private static final String MEMBER = "(?:\\\\.|[^\\]\\\\-])";
  private static final Pattern PART =
      Pattern.compile(
          "[*?]|\\[(\\^?)((?:M(?:-M)?)+)]|\\\\(.)|([^\\[\\\\])".replace("M", MEMBER),
          Pattern.DOTALL);

  private final @Nullable Pattern pattern;

  Glob(String glob) {
    StringBuilder regex = new StringBuilder();
    Matcher part = PART.matcher(glob);
    int end = 0;
    while (part.region(end, glob.length()).lookingAt()) {
      regex.append(translated(part));
      end = part.end();
    }
    pattern = end == glob.length() ? Pattern.compile(regex.toString(), Pattern.DOTALL) : null;
  }

  private static String translated(Matcher part) {
    if (part.group(2) != null) return "[" + part.group(1) + members(part.group(2)) + "]";
    if (part.group(3) != null) return Pattern.quote(part.group(3));
    if (part.group(4) != null) return Pattern.quote(part.group(4));
    return part.group().equals("*") ? ".*" : ".";
  }

  /** With a backslash before what means something in Java's patterns alone. */
  private static String members(String members) {
    return members.replaceAll("(?<!\\\\)[\\[&^]", "\\\\$0");
  }

  boolean matches(String name) {
    return pattern != null && pattern.matcher(name).matches();
  }
}
