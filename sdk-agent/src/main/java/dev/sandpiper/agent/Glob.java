package dev.sandpiper.agent;

import java.util.ArrayList;
import java.util.List;

/**
 * A pattern for relative paths: {@code *} and {@code ?} within a name, {@code **} for any number of
 * directories, <code>{a,b}</code> for either. Without a slash it matches names at any depth.
 * Matching time is at most proportional to the pattern's length times the path's.
 */
final class Glob {
  private static final int MOST_ALTERNATIVES = 64;

  private final List<String[]> alternatives;

  private Glob(List<String[]> alternatives) {
    this.alternatives = alternatives;
  }

  /**
   * @throws InvalidArgumentsException if its braces are unbalanced, or too many
   */
  static Glob of(String pattern) throws InvalidArgumentsException {
    List<String> expanded = new ArrayList<>();
    expand(pattern, expanded);
    return new Glob(
        expanded.stream()
            .map(each -> each.startsWith("./") ? each.substring(2) : each)
            .map(each -> each.contains("/") ? each : "**/" + each)
            .map(each -> each.split("/", -1))
            .toList());
  }

  private static void expand(String pattern, List<String> into) throws InvalidArgumentsException {
    int open = pattern.lastIndexOf('{');
    int close = pattern.indexOf('}', Math.max(open, 0));
    if (open < 0 && close < 0) {
      if (into.size() == MOST_ALTERNATIVES) {
        throw new InvalidArgumentsException("The pattern's braces mean too many alternatives.");
      }
      into.add(pattern);
      return;
    }
    if (open < 0 || close < 0) {
      throw new InvalidArgumentsException("The braces of the pattern are not in pairs.");
    }
    // The last opening brace has no braces inside.
    for (String choice : pattern.substring(open + 1, close).split(",", -1)) {
      expand(pattern.substring(0, open) + choice + pattern.substring(close + 1), into);
    }
  }

  /** A pattern for find's own {@code -name}, to filter before anything is sent. */
  String lastName() {
    String[] only = alternatives.get(0);
    String last = only[only.length - 1];
    boolean isPlain =
        alternatives.size() == 1 && !last.equals("**") && !last.matches(".*[\\[\\\\].*");
    return isPlain ? last : "*";
  }

  boolean matches(String path) {
    String[] names = path.split("/", -1);
    return alternatives.stream().anyMatch(each -> matches(each, names));
  }

  /** Two cursors: after a mismatch the last {@code **} matches one name more. */
  private static boolean matches(String[] pattern, String[] names) {
    int at = 0;
    int name = 0;
    int star = -1;
    int starName = 0;
    while (name < names.length) {
      if (at < pattern.length && pattern[at].equals("**")) {
        star = at++;
        starName = name;
      } else if (at < pattern.length && isName(pattern[at], names[name])) {
        at++;
        name++;
      } else if (star >= 0) {
        at = star + 1;
        name = ++starName;
      } else {
        return false;
      }
    }
    while (at < pattern.length && pattern[at].equals("**")) {
      at++;
    }
    return at == pattern.length;
  }

  private static boolean isName(String pattern, String name) {
    int at = 0;
    int character = 0;
    int star = -1;
    int starCharacter = 0;
    while (character < name.length()) {
      char wanted = at < pattern.length() ? pattern.charAt(at) : '/';
      if (wanted == '*') {
        star = at++;
        starCharacter = character;
      } else if (wanted == '?' || wanted == name.charAt(character)) {
        at++;
        character++;
      } else if (star >= 0) {
        at = star + 1;
        character = ++starCharacter;
      } else {
        return false;
      }
    }
    while (at < pattern.length() && pattern.charAt(at) == '*') {
      at++;
    }
    return at == pattern.length();
  }
}
