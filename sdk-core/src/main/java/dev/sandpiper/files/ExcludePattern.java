package dev.sandpiper.files;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One pattern of a {@code .gitignore}, matched as a state machine that consumes one part of a path
 * at a time. Each bit of the state stands for a number of pattern parts that may have matched so
 * far.
 *
 * @param parts the pattern of each part of a path; {@link #ANY} matches any number of parts
 */
record ExcludePattern(List<String> parts, boolean isNegated, boolean onlyDirectories) {
  private static final String ANY = "**";
  private static final String ONE = "*";

  /** The bits of a long, less one for the state after the last part. */
  private static final int MOST_PARTS = 63;

  /**
   * Parses a line; empty if it is blank or a comment.
   *
   * @throws IllegalArgumentException if it is malformed or has a character class, which is not
   *     supported
   */
  static Optional<ExcludePattern> parse(String line) {
    String text = withoutBlanks(line);
    if (text.isEmpty() || text.startsWith("#")) {
      return Optional.empty();
    }
    boolean negated = text.startsWith("!");
    String path = negated ? text.substring(1) : text;
    boolean onlyDirectories = path.endsWith("/");
    path = onlyDirectories ? path.substring(0, path.length() - 1) : path;
    boolean anchored = path.indexOf('/') >= 0;
    path = path.startsWith("/") ? path.substring(1) : path;
    requireUsable(line, path);
    List<String> parts = new ArrayList<>();
    if (!anchored) {
      parts.add(ANY);
    }
    parts.addAll(List.of(path.split("/", -1)));
    if (parts.get(parts.size() - 1).equals(ANY)) {
      parts.add(parts.size() - 1, ONE); // what is below the directory, not the directory itself
    }
    if (parts.size() > MOST_PARTS || parts.contains("")) {
      throw new IllegalArgumentException(
          "a pattern must have 1 to " + MOST_PARTS + " parts, none of them empty: '" + line + "'");
    }
    return Optional.of(new ExcludePattern(List.copyOf(parts), negated, onlyDirectories));
  }

  /** Removes trailing spaces, except one after a backslash. */
  private static String withoutBlanks(String line) {
    String text = line.stripTrailing();
    boolean isEscaped = text.length() < line.length() && text.endsWith("\\");
    return isEscaped ? text + line.charAt(text.length()) : text;
  }

  private static void requireUsable(String line, String path) {
    for (int i = 0; i < path.length(); i++) {
      char one = path.charAt(i);
      if (one == '\\') {
        i++;
        if (i == path.length() || path.charAt(i) == '/') {
          throw new IllegalArgumentException(
              "a name in a pattern must not end in a backslash: '" + line + "'");
        }
      } else if (one == '[' || one == '\0') {
        throw new IllegalArgumentException(
            "character classes and NULs are not supported in a pattern; write a bracket as"
                + " \\[: '"
                + line
                + "'");
      }
    }
  }

  /** The state before the first part of a path. */
  long begin() {
    return closed(1);
  }

  /** The state after one more part. */
  long next(long state, String name) {
    long next = 0;
    for (int i = 0; i < parts.size(); i++) {
      if (((state >>> i) & 1) != 0) {
        if (parts.get(i).equals(ANY)) {
          next |= 1L << i;
        } else if (matches(parts.get(i), name)) {
          next |= 1L << (i + 1);
        }
      }
    }
    return closed(next);
  }

  /** Adds the states reached by matching {@link #ANY} with no part. */
  private long closed(long state) {
    long all = state;
    for (int i = 0; i < parts.size(); i++) {
      if (((all >>> i) & 1) != 0 && parts.get(i).equals(ANY)) {
        all |= 1L << (i + 1);
      }
    }
    return all;
  }

  boolean matches(long state, boolean isDirectory) {
    return ((state >>> parts.size()) & 1) != 0 && (isDirectory || !onlyDirectories);
  }

  /**
   * True if {@code pattern} matches {@code name}. On a mismatch, the last asterisk consumes one
   * more character; an earlier one never needs to.
   */
  private static boolean matches(String pattern, String name) {
    int at = 0;
    int asterisk = -1;
    int taken = 0;
    for (int i = 0; i < name.length(); ) {
      int length = at < pattern.length() ? lengthAt(pattern, at, name, i) : 0;
      if (length == 0 && at < pattern.length() && pattern.charAt(at) == '*') {
        asterisk = at++;
        taken = i;
      } else if (length > 0) {
        i += pattern.charAt(at) == '?' ? Character.charCount(name.codePointAt(i)) : 1;
        at += length;
      } else if (asterisk >= 0) {
        at = asterisk + 1;
        i = ++taken;
      } else {
        return false;
      }
    }
    while (at < pattern.length() && pattern.charAt(at) == '*') {
      at++;
    }
    return at == pattern.length();
  }

  /**
   * The length of the pattern's element that matches the character at {@code i}; zero if it does
   * not match.
   */
  private static int lengthAt(String pattern, int at, String name, int i) {
    char one = pattern.charAt(at);
    if (one == '\\') {
      return pattern.charAt(at + 1) == name.charAt(i) ? 2 : 0;
    }
    return one == '?' || (one != '*' && one == name.charAt(i)) ? 1 : 0;
  }
}
