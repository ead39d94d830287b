package dev.sandpiper.files;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * What a copy of a directory leaves out because the caller wants it so. The last pattern that
 * matches decides; below a directory that is left out nothing is asked. The time is linear in the
 * length of a name, however the name and the patterns are made. Immutable.
 */
public final class Excludes {
  private static final int MOST_CHARACTERS = 64 << 10;

  /** The last one first. */
  private final List<ExcludePattern> patterns;

  private Excludes(List<ExcludePattern> patterns) {
    this.patterns = patterns;
  }

  /**
   * Reads the lines of a {@code .gitignore}.
   *
   * @throws IllegalArgumentException if one is malformed, or they are too long
   */
  public static Excludes of(List<String> lines) {
    if (lines.stream().mapToLong(String::length).sum() > MOST_CHARACTERS) {
      throw new IllegalArgumentException(
          "the patterns of what is left out have more than " + MOST_CHARACTERS + " characters");
    }
    List<ExcludePattern> patterns = new ArrayList<>();
    lines.stream().map(ExcludePattern::parse).flatMap(Optional::stream).forEach(patterns::add);
    Collections.reverse(patterns);
    return new Excludes(List.copyOf(patterns));
  }

  /**
   * True if it is left out.
   *
   * @param name the path below the directory that is copied, without a slash at its ends
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

  /** Takes one part of the name further in every pattern. */
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
