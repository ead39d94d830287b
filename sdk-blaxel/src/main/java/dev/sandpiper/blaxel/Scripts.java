package dev.sandpiper.blaxel;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The shell scripts that run inside a sandbox. They stand beside this class as files. */
final class Scripts {
  static final String SIGNAL = load("signal.sh");
  static final String STOP_GROUP = load("stop-group.sh");
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
