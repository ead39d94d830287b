package dev.sandpiper.blaxel.process;

import dev.sandpiper.engine.ScriptFile;

/** The shell scripts that run around commands, loaded from resource files next to this class. */
final class Scripts {
  static final String WRAP = load("wrap.sh");
  static final String WRITE = load("size.sh") + "\n" + load("write.sh");
  static final String FEED = load("size.sh") + "\n" + load("feed.sh");
  static final String WATCHDOG = load("watchdog.sh");
  static final String SWEEP = load("sweep.sh");
  static final String REMOVE = load("remove.sh");
  static final String PREPARE = load("prepare.sh");
  static final String PORTS = load("ports.sh");

  private Scripts() {}

  private static String load(String name) {
    return ScriptFile.load(Scripts.class.getResourceAsStream(name), name);
  }
}
