package dev.sandpiper.e2b;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The shell scripts that run inside a sandbox. They stand beside this class as files. */
final class Scripts {
  static final String START = load("start.sh");
  static final String START_TERMINAL = load("start-terminal.sh");
  static final String SIGNAL = load("signal.sh");
  static final String STATES = load("states.sh");
  static final String STOP_TREE = load("stop-tree.sh");

  private Scripts() {}

  private static String load(String name) {
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
