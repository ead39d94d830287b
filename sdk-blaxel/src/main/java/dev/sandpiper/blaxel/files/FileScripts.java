package dev.sandpiper.blaxel.files;

import dev.sandpiper.engine.ScriptFile;

/** The shell scripts that read and change files, loaded from resource files next to this class. */
final class FileScripts {
  static final String CONTENT = load("content.sh");
  static final String DESCRIBE = load("describe.sh");
  static final String STAT = load("stat.sh");
  static final String LIST = load("list.sh");
  static final String MAKE_DIRECTORY = load("make-directory.sh");
  static final String MOVE = load("move.sh");
  static final String DELETE = load("delete.sh");
  static final String REPLACE = load("replace.sh");
  static final String WITHDRAW = load("withdraw.sh");

  private FileScripts() {}

  private static String load(String name) {
    return ScriptFile.load(FileScripts.class.getResourceAsStream(name), name);
  }
}
