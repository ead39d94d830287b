package dev.sandpiper.blaxel;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import okhttp3.Headers;
import org.jspecify.annotations.Nullable;

/**
 * How we introduce ourselves: by our own name, and with the version of Blaxel's API for which this
 * library was written. Without that version the platform speaks its oldest.
 *
 * @param text the whole header
 */
record UserAgent(String text) {
  static final String API_VERSION = "2026-04-28";

  /**
   * @param integration what uses this library, such as {@code my-agent/1.2}; null for nothing
   */
  static UserAgent of(@Nullable String integration) {
    String own = "sandpiper-blaxel/" + libraryVersion();
    return new UserAgent(integration == null ? own : own + " " + integration);
  }

  /** What every request carries beside the token. */
  Headers headers(String workspace) {
    return new Headers.Builder()
        .add("User-Agent", text)
        .add("Accept-Encoding", "identity")
        .add("Blaxel-Version", API_VERSION)
        .add("X-Blaxel-Workspace", workspace)
        .build();
  }

  private static String libraryVersion() {
    try (InputStream file = UserAgent.class.getResourceAsStream("version.properties")) {
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
