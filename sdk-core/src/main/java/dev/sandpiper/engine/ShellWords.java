package dev.sandpiper.engine;

import java.util.List;
import java.util.stream.Collectors;

/** Words as a shell takes them, whatever is in them. */
public final class ShellWords {
  private ShellWords() {}

  public static String quoted(List<String> words) {
    return words.stream().map(ShellWords::quoted).collect(Collectors.joining(" "));
  }

  /** In single quotes nothing means anything, and they themselves stand outside. */
  public static String quoted(String word) {
    return "'" + word.replace("'", "'\\''") + "'";
  }
}
