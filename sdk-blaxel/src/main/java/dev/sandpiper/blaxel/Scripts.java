package dev.sandpiper.blaxel;

import dev.sandpiper.engine.ScriptFile;

/** The shell scripts that run inside a sandbox. They stand beside this class as files. */
final class Scripts {
  static final String WRAP = load("wrap.sh");
  static final String WRITE = load("write.sh");
  static final String FEED = load("feed.sh");
  static final String WATCHDOG = load("watchdog.sh");
  static final String SWEEP = load("sweep.sh");
  static final String REMOVE = load("remove.sh");
  static final String PREPARE = load("prepare.sh");
  static final String PORTS = load("ports.sh");
  static final String CONTENT = load("content.sh");
  static final String DESCRIBE = load("describe.sh");
  static final String STAT = load("stat.sh");
  static final String LIST = load("list.sh");
  static final String MAKE_DIRECTORY = load("make-directory.sh");
  static final String MOVE = load("move.sh");
  static final String DELETE = load("delete.sh");
  static final String REPLACE = load("replace.sh");
  static final String WITHDRAW = load("withdraw.sh");

  private Scripts() {}

  private static String load(String name) {
    return ScriptFile.load(Scripts.class.getResourceAsStream(name), name);
  }
}
