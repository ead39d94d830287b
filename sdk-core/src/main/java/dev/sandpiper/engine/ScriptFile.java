package dev.sandpiper.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Shell scripts that run inside a sandbox, each a file beside a class. */
public final class ScriptFile {
  private ScriptFile() {}

  /**
   * Reads a script, without its indentation and comments: it travels with every command.
   *
   * @param resource the file, opened by the class beside it, because a module shows its resources
   *     to itself alone; null if it is not there
   */
  public static String load(@Nullable InputStream resource, String name) {
    if (resource == null) {
      throw new IllegalStateException(name + " is missing from this jar");
    }
    try (InputStream script = resource) {
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
