package dev.sandpiper.blaxel;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.Command;
import java.util.List;
import java.util.stream.Collectors;

/** Commands as the one text that Blaxel gives to the sandbox's shell. */
final class ShellText {
  private ShellText() {}

  /** Replaces the shell by the command, so that nothing stands between its end and the record. */
  static String of(Command command) {
    return "exec " + quoted(command.arguments()) + (command.mergesErrors() ? " 2>&1" : "");
  }

  /** Runs a script of ours. */
  static String script(String script, List<String> arguments) {
    return "exec /bin/sh -c " + quote(script) + " sh " + quoted(arguments);
  }

  private static String quoted(List<String> words) {
    return words.stream().map(ShellText::quote).collect(Collectors.joining(" "));
  }

  /** In single quotes nothing means anything, and they themselves stand outside. */
  private static String quote(String word) {
    if (!UTF_8.newEncoder().canEncode(word)) {
      throw new IllegalArgumentException("an argument is no Unicode text, and cannot be sent");
    }
    return "'" + word.replace("'", "'\\''") + "'";
  }
}
