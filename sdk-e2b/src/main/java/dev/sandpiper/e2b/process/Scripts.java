package dev.sandpiper.e2b.process;

import dev.sandpiper.engine.ScriptFile;

/** The shell scripts that run inside a sandbox, loaded from resource files next to this class. */
public final class Scripts {
  public static final String START = load("start.sh");
  public static final String START_TERMINAL = load("start-terminal.sh");
  public static final String STATES = load("states.sh");

  private Scripts() {}

  private static String load(String name) {
    return ScriptFile.load(Scripts.class.getResourceAsStream(name), name);
  }
}
