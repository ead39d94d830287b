package dev.sandpiper.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * The User-Agent header. It names this library and never imitates a platform's own clients, from
 * whose names platforms derive behaviour.
 *
 * @param text the whole header value
 * @param version the version of this library
 */
public record UserAgent(String text, String version) {

  /**
   * The header of one client.
   *
   * @param versionFile a properties file, opened by a class next to it, because a module's
   *     resources are visible only to itself; null if it is missing
   * @param integration the software that uses this library, such as {@code my-agent/1.2}; null if
   *     not given
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
