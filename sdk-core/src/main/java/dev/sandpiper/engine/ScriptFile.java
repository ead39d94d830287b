package dev.sandpiper.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Shell scripts that run inside a sandbox, each a resource file next to the class that uses it. */
public final class ScriptFile {
  private ScriptFile() {}

  /**
   * Reads a script and strips indentation and comments, because it is sent with every command.
   *
   * @param resource the file, opened by the class next to it, because a module's resources are
   *     visible only to itself; null if it is missing
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
