package dev.sandpiper.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.stream.Collectors;

/** Shell scripts that run inside a sandbox, each a file beside a class. */
public final class ScriptFile {
  private ScriptFile() {}

  /** Reads a script, without its indentation and comments: it travels with every command. */
  public static String load(Class<?> beside, String name) {
    try (InputStream script = beside.getResourceAsStream(name)) {
      if (script == null) {
        throw new IllegalStateException(name + " is missing from this jar");
      }
      return new String(script.readAllBytes(), UTF_8)
          .lines()
          .map(String::strip)
          .filter(line -> !line.isEmpty() && !line.startsWith("#"))
          .collect(Collectors.joining("\n"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
