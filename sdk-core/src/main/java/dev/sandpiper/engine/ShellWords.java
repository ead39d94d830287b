package dev.sandpiper.engine;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Words as a shell takes them, whatever is in them. */
public final class ShellWords {
  /** Finds a program on the PATH, as a shell does, and becomes it. */
  private static final String LOOK_UP =
      "program=$(command -v -- \"$1\") && [ -n \"$program\" ] ||"
          + " { echo \"sh: $1: not found\" >&2; exit 127; };"
          + " case $program in -*) program=./$program;; esac;"
          + " shift; exec \"$program\" \"$@\"";

  private ShellWords() {}

  /**
   * A command whose program cannot be taken for an option: {@code exec}, {@code env} and {@code
   * setsid}, which run it, have options of their own.
   */
  public static List<String> program(List<String> arguments) {
    return arguments.get(0).startsWith("-")
        ? Stream.concat(Stream.of("/bin/sh", "-c", LOOK_UP, "sh"), arguments.stream()).toList()
        : arguments;
  }

  public static String quoted(List<String> words) {
    return words.stream().map(ShellWords::quoted).collect(Collectors.joining(" "));
  }

  /** In single quotes nothing means anything, and they themselves stand outside. */
  public static String quoted(String word) {
    return "'" + word.replace("'", "'\\''") + "'";
  }
}
