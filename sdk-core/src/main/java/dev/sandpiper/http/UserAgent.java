package dev.sandpiper.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * How a client introduces itself: by our own name. Platforms derive behaviour from the names of
 * their own clients, so theirs must never be imitated.
 *
 * @param text the whole header
 * @param version of this library
 */
public record UserAgent(String text, String version) {

  /**
   * The one of a client.
   *
   * @param versionFile a properties file, opened by a class beside it, because a module shows its
   *     resources to itself alone; null if it is not there
   * @param integration what uses this library, such as {@code my-agent/1.2}; null for nothing
   */
  public static UserAgent of(
      String product, @Nullable InputStream versionFile, @Nullable String integration) {
    String version = version(versionFile);
    String own = product + "/" + version;
    return new UserAgent(integration == null ? own : own + " " + integration, version);
  }

  private static String version(@Nullable InputStream versionFile) {
    try (InputStream file = versionFile) {
      Properties properties = new Properties();
      if (file != null) {
        properties.load(file);
      }
      return properties.getProperty("version", "unknown");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
