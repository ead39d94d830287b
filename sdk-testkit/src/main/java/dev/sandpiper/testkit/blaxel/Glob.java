package dev.sandpiper.testkit.blaxel;

/** A pattern for names as Go has it. One that is malformed fits nothing. */
final class Glob {
  private final String pattern;

  Glob(String pattern) {
    this.pattern = pattern;
  }

  boolean matches(String name) {
    return matches(0, name, 0);
  }

  private boolean matches(int at, String name, int from) {
    int p = at;
    int n = from;
    while (p < pattern.length()) {
      char c = pattern.charAt(p);
      if (c == '*') {
        for (int skip = n; skip <= name.length(); skip++) {
          if (matches(p + 1, name, skip)) return true;
        }
        return false;
      }
      if (n == name.length()) return false;
      int next = one(p, name.charAt(n));
      if (next < 0) return false;
      p = next;
      n++;
    }
    return n == name.length();
  }

  /** Where the pattern goes on if the character there fits, else -1. */
  private int one(int at, char c) {
    return switch (pattern.charAt(at)) {
      case '?' -> at + 1;
      case '[' -> group(at + 1, c);
      case '\\' -> at + 1 < pattern.length() && pattern.charAt(at + 1) == c ? at + 2 : -1;
      default -> pattern.charAt(at) == c ? at + 1 : -1;
    };
  }

  private int group(int start, char c) {
    boolean negated = start < pattern.length() && pattern.charAt(start) == '^';
    int at = negated ? start + 1 : start;
    boolean found = false;
    int members = 0;
    while (at < pattern.length()) {
      if (pattern.charAt(at) == ']' && members > 0) return found != negated ? at + 1 : -1;
      int low = member(at);
      if (low < 0) return -1;
      int high = low;
      if (low + 1 < pattern.length() && pattern.charAt(low + 1) == '-') {
        high = low + 2 < pattern.length() ? member(low + 2) : -1;
        if (high < 0) return -1;
      }
      found |= pattern.charAt(low) <= c && c <= pattern.charAt(high);
      at = high + 1;
      members++;
    }
    return -1;
  }

  /** Where a member's character stands, behind a backslash if there is one; -1 if there is none. */
  private int member(int at) {
    char c = pattern.charAt(at);
    if (c == '-' || c == ']') return -1;
    if (c != '\\') return at;
    return at + 1 < pattern.length() ? at + 1 : -1;
  }
}
