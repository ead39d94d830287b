package dev.sandpiper.testkit.blaxel.files;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** A pattern for names, as in Go. A malformed one matches nothing. */
final class Glob {
  private static final String MEMBER = "(?:\\\\.|[^\\]\\\\-])";
  private static final Pattern PART =
      Pattern.compile(
          "[*?]|\\[(\\^?)((?:M(?:-M)?)+)]|\\\\(.)|([^\\[\\\\])".replace("M", MEMBER),
          Pattern.DOTALL);

  private static final Pattern MEMBERS = Pattern.compile("\\\\.|[^-]", Pattern.DOTALL);

  private final @Nullable Pattern pattern;

  Glob(String glob) {
    StringBuilder regex = new StringBuilder();
    Matcher part = PART.matcher(glob);
    int end = 0;
    while (part.region(end, glob.length()).lookingAt()) {
      regex.append(translated(part));
      end = part.end();
    }
    pattern = end == glob.length() ? compiled(regex.toString()) : null;
  }

  /** Null for a range whose end is before its beginning, which matches nothing. */
  private static @Nullable Pattern compiled(String regex) {
    try {
      return Pattern.compile(regex, Pattern.DOTALL);
    } catch (PatternSyntaxException e) {
      return null;
    }
  }

  private static String translated(Matcher part) {
    if (part.group(2) != null) return "[" + part.group(1) + members(part.group(2)) + "]";
    if (part.group(3) != null) return Pattern.quote(part.group(3));
    if (part.group(4) != null) return Pattern.quote(part.group(4));
    return part.group().equals("*") ? ".*" : ".";
  }

  /** Escapes each character, because more of them are special in Java's classes; ranges stay. */
  private static String members(String members) {
    return MEMBERS
        .matcher(members)
        .replaceAll(
            member -> {
              String one = member.group().substring(member.group().length() - 1);
              return Matcher.quoteReplacement(one.matches("[!-/:-@\\[-`{-~]") ? "\\" + one : one);
            });
  }

  boolean matches(String name) {
    return pattern != null && pattern.matcher(name).matches();
  }
}
