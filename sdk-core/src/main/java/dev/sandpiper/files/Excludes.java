package dev.sandpiper.files;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * The caller's patterns of what a directory copy leaves out. The last matching pattern decides;
 * entries below an excluded directory are not matched at all. Matching takes time linear in the
 * length of a name, whatever the name and the patterns. Immutable.
 */
public final class Excludes {
  private static final int MOST_CHARACTERS = 64 << 10;

  /** In reverse order. */
  private final List<ExcludePattern> patterns;

  private Excludes(List<ExcludePattern> patterns) {
    this.patterns = patterns;
  }

  /**
   * Parses the lines of a {@code .gitignore}.
   *
   * @throws IllegalArgumentException if a line is malformed, or the lines are too long
   */
  public static Excludes of(List<String> lines) {
    if (lines.stream().mapToLong(String::length).sum() > MOST_CHARACTERS) {
      throw new IllegalArgumentException(
          "the exclude patterns have more than " + MOST_CHARACTERS + " characters");
    }
    List<ExcludePattern> patterns = new ArrayList<>();
    lines.stream().map(ExcludePattern::parse).flatMap(Optional::stream).forEach(patterns::add);
    Collections.reverse(patterns);
    return new Excludes(List.copyOf(patterns));
  }

  /**
   * True if an entry is excluded.
   *
   * @param name the path relative to the copied directory, without leading or trailing slash
   */
  boolean excludes(String name, boolean isDirectory) {
    if (patterns.isEmpty()) {
      return false;
    }
    long[] states = new long[patterns.size()];
    for (int i = 0; i < states.length; i++) {
      states[i] = patterns.get(i).begin();
    }
    for (int start = 0; start <= name.length(); ) {
      int slash = name.indexOf('/', start);
      int end = slash < 0 ? name.length() : slash;
      String part = name.substring(start, end);
      if (isLeftOut(part, slash >= 0 || isDirectory, states)) {
        return true;
      }
      start = end + 1;
    }
    return false;
  }

  /** Advances every pattern by one part of the name. */
  private boolean isLeftOut(String part, boolean isDirectory, long[] states) {
    boolean decided = false;
    boolean leftOut = false;
    for (int i = 0; i < states.length; i++) {
      ExcludePattern pattern = patterns.get(i);
      states[i] = pattern.next(states[i], part);
      if (!decided && pattern.matches(states[i], isDirectory)) {
        decided = true;
        leftOut = !pattern.isNegated();
      }
    }
    return leftOut;
  }
}
