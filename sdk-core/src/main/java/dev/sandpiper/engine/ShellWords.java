package dev.sandpiper.engine;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Quotes words for a POSIX shell. */
public final class ShellWords {
  /** Finds a program on the PATH, as a shell does, and executes it in its place. */
  private static final String LOOK_UP =
      "program=$(command -v -- \"$1\") && [ -n \"$program\" ] ||"
          + " { echo \"sh: $1: not found\" >&2; exit 127; };"
          + " case $program in -*) program=./$program;; esac;"
          + " shift; exec \"$program\" \"$@\"";

  private ShellWords() {}

  /**
   * A command whose program is not mistaken for an option of {@code exec}, {@code env} or {@code
   * setsid}, which run it.
   */
  public static List<String> program(List<String> arguments) {
    return arguments.get(0).startsWith("-")
        ? Stream.concat(Stream.of("/bin/sh", "-c", LOOK_UP, "sh"), arguments.stream()).toList()
        : arguments;
  }

  public static String quoted(List<String> words) {
    return words.stream().map(ShellWords::quoted).collect(Collectors.joining(" "));
  }

  /** Single quotes keep every character literal except themselves, which are escaped outside. */
  public static String quoted(String word) {
    return "'" + word.replace("'", "'\\''") + "'";
  }
}
