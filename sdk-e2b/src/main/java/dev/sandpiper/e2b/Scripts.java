package dev.sandpiper.e2b;

import dev.sandpiper.engine.ScriptFile;

/** The shell scripts that run inside a sandbox. They stand beside this class as files. */
final class Scripts {
  static final String START = load("start.sh");
  static final String START_TERMINAL = load("start-terminal.sh");
  static final String STATES = load("states.sh");

  private Scripts() {}

  private static String load(String name) {
    return ScriptFile.load(Scripts.class.getResourceAsStream(name), name);
  }
}
