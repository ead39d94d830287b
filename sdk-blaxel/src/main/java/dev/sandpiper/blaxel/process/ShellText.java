package dev.sandpiper.blaxel.process;

import dev.sandpiper.Command;
import dev.sandpiper.engine.ShellWords;
import dev.sandpiper.engine.Variables;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Commands as the single string that Blaxel passes to the sandbox's shell. */
final class ShellText {
  private static final String WRAPPER = "exec /bin/sh -c \"$SANDPIPER_WRAP\" sh ";

  /** The number of the wrapper's arguments before the command. */
  private static final int BEFORE_COMMAND = 10;

  private static final Pattern WORD =
      Pattern.compile("((?:[^' \"$\\\\]++|'[^']*+'|\\\\')++)(?: |$)");

  private ShellText() {}

  /** Replaces the shell by the command, so that the record shows the command's own exit. */
  static String of(Command command) {
    return Variables.EXEC
        + " "
        + ShellWords.quoted(ShellWords.program(command.arguments()))
        + (command.mergesErrors() ? " 2>&1" : "");
  }

  /** Runs one of our scripts. */
  static String script(String script, List<String> arguments) {
    return "exec /bin/sh -c " + ShellWords.quoted(script) + " sh " + ShellWords.quoted(arguments);
  }

  /** Runs the wrapper, with these arguments. */
  static String wrapped(List<String> arguments) {
    return WRAPPER + ShellWords.quoted(arguments);
  }

  /** True if the text runs a wrapper, of any version of this library. */
  static boolean isWrapped(String text) {
    return text.startsWith(WRAPPER);
  }

  /** The wrapper's arguments; empty if the text does not run a wrapper. */
  static List<String> wrapperArguments(String text) {
    List<String> all = isWrapped(text) ? words(text.substring(WRAPPER.length())) : List.of();
    return all.size() > BEFORE_COMMAND ? all : List.of();
  }

  /** The command in a text created by this class, or else the text as a shell command. */
  static List<String> commandIn(String text) {
    List<String> all = wrapperArguments(text);
    return all.isEmpty() ? List.of("/bin/sh", "-c", text) : all.subList(BEFORE_COMMAND, all.size());
  }

  /** Splits the text into unquoted words; empty if it was not created by this class. */
  private static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    Matcher matcher = WORD.matcher(text);
    int end = 0;
    while (matcher.find() && matcher.start() == end) {
      words.add(matcher.group(1).replace("'\\''", "\0").replace("'", "").replace('\0', '\''));
      end = matcher.end();
    }
    return end == text.length() ? words : List.of();
  }
}
