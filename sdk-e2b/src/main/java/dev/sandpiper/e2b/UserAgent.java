package dev.sandpiper.e2b;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Properties;
import okhttp3.Headers;
import org.jspecify.annotations.Nullable;

/**
 * How we introduce ourselves: by our own name. E2B derives behaviour from the names of its own
 * clients, so theirs must never be imitated.
 *
 * @param text the whole header
 * @param version of this library
 */
record UserAgent(String text, String version) {

  /**
   * @param integration what uses this library, such as {@code my-agent/1.2}; null for nothing
   */
  static UserAgent of(@Nullable String integration) {
    String version = libraryVersion();
    String own = "sandpiper-e2b/" + version;
    return new UserAgent(integration == null ? own : own + " " + integration, version);
  }

  /** What every request to the control plane carries. */
  Headers apiHeaders(@Nullable String apiKey) {
    Headers.Builder headers =
        new Headers.Builder()
            .add("User-Agent", text)
            .add("Accept", "application/json")
            .add("Accept-Encoding", "identity")
            .add("lang", "java")
            .add("lang_version", System.getProperty("java.specification.version", "unknown"))
            .add("package_version", version)
            .add("publisher", "sandpiper")
            .add("sdk_runtime", "jvm")
            .add("system", System.getProperty("os.name", "unknown").toLowerCase(Locale.ROOT));
    if (apiKey != null) {
      headers.add("X-API-KEY", apiKey);
    }
    return headers.build();
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
