package dev.sandpiper.blaxel;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.stream.Collectors;

/** The shell scripts that run inside a sandbox. They stand beside this class as files. */
final class Scripts {
  static final String SIGNAL = load("signal.sh");
  static final String STOP_GROUP = load("stop-group.sh");
  static final String STOP_TREE = load("stop-tree.sh");
  static final String WRAP = bare("wrap.sh");
  static final String WRITE = bare("write.sh");
  static final String FEED = bare("feed.sh");
  static final String WATCHDOG = bare("watchdog.sh");
  static final String SWEEP = bare("sweep.sh");
  static final String REMOVE = load("remove.sh");
  static final String PORTS = load("ports.sh");
  static final String DESCRIBE = load("describe.sh");
  static final String STAT = load("stat.sh");
  static final String LIST = load("list.sh");
  static final String MAKE_DIRECTORY = load("make-directory.sh");
  static final String MOVE = load("move.sh");
  static final String DELETE = load("delete.sh");
  static final String REPLACE = load("replace.sh");
  static final String PACK = load("pack.sh");
  static final String UNPACK = load("unpack.sh");

  private Scripts() {}

  /** Without what only people read: this travels with every command. */
  private static String bare(String name) {
    return load(name)
        .lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
        .collect(Collectors.joining("\n"));
  }

  static String load(String name) {
    try (InputStream script = Scripts.class.getResourceAsStream(name)) {
      if (script == null) {
        throw new IllegalStateException(name + " is missing from this jar");
      }
      return new String(script.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
