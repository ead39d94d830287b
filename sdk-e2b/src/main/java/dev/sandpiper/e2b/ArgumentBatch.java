package dev.sandpiper.e2b;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Arguments for many runs of one command, as many for each as a system is sure to take. */
final class ArgumentBatch {
  private static final int MOST_CHARACTERS = 16 << 10;
  private static final int MOST_ARGUMENTS = 200;

  private final Consumer<List<String>> command;
  private final List<String> arguments = new ArrayList<>();
  private int characters;

  ArgumentBatch(Consumer<List<String>> command) {
    this.command = command;
  }

  /** Adds what belongs together; runs the command if there is enough. */
  void add(String... together) {
    for (String argument : together) {
      arguments.add(argument);
      characters += argument.length();
    }
    if (characters >= MOST_CHARACTERS || arguments.size() >= MOST_ARGUMENTS) {
      flush();
    }
  }

  /** Runs the command for what is left. */
  void flush() {
    if (!arguments.isEmpty()) {
      command.accept(List.copyOf(arguments));
      arguments.clear();
      characters = 0;
    }
  }
}
