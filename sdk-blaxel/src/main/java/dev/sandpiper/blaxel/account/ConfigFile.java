package dev.sandpiper.blaxel.account;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.AuthenticationException;
import dev.sandpiper.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Blaxel's own configuration file, {@code ~/.blaxel/config.yaml}, as its command line tool writes
 * it: the current workspace, and for each workspace the credentials of a login.
 */
record ConfigFile(Path path, JsonNode document) {
  private static final int LONGEST = 1 << 20;

  /**
   * Reads it.
   *
   * @throws AuthenticationException if it does not exist, or cannot be read
   */
  static ConfigFile read(Path path) {
    byte[] bytes;
    try (InputStream file = Files.newInputStream(path)) {
      bytes = file.readNBytes(LONGEST + 1);
    } catch (IOException e) {
      throw unusable(path, "it cannot be read: " + e.getClass().getSimpleName(), e);
    }
    if (bytes.length > LONGEST) {
      throw unusable(path, "it has more than " + LONGEST + " bytes", null);
    }
    try {
      return new ConfigFile(path, PlainYaml.parse(new String(bytes, ISO_8859_1)));
    } catch (PlainYaml.Malformed e) {
      String advice = "; run 'bl login' to rewrite it, or set BL_WORKSPACE and BL_API_KEY instead";
      throw unusable(path, e.getMessage() + advice, e);
    }
  }

  private static AuthenticationException unusable(
      Path path, String observed, @Nullable Throwable cause) {
    return new AuthenticationException(
        Failure.of("configure Blaxel", path.toString(), observed), cause);
  }

  Optional<String> workspace() {
    return text(document.path("context"), "workspace");
  }

  /** The environment of a workspace, such as {@code dev}. */
  Optional<String> environment(String workspace) {
    return text(entry(workspace), "env");
  }

  /** The credentials of a workspace; empty if it is not in the file, or logged out. */
  Optional<Credentials> credentials(String workspace) {
    JsonNode stored = entry(workspace).path("credentials");
    Optional<String> key = text(stored, "apiKey");
    if (key.isPresent()) {
      return key.map(Credentials.ApiKey::new);
    }
    // Blaxel's Go tools write the first name, its other clients read the second.
    Optional<String> client =
        text(stored, "client_credentials").or(() -> text(stored, "clientCredentials"));
    if (client.isPresent()) {
      return client.map(Credentials.ClientCredentials::new);
    }
    Optional<String> access = text(stored, "access_token");
    Optional<String> refresh = text(stored, "refresh_token");
    if (access.isEmpty() && refresh.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Credentials.Login(
            access.orElse(null), refresh.orElse(null), text(stored, "device_code").orElse(null)));
  }

  private JsonNode entry(String workspace) {
    for (JsonNode entry : document.path("workspaces")) {
      if (entry.path("name").asText("").equals(workspace)) {
        return entry;
      }
    }
    return document.path("nothing");
  }

  private static Optional<String> text(JsonNode node, String name) {
    JsonNode value = node.path(name);
    return value.isTextual() && !value.asText().isEmpty()
        ? Optional.of(value.asText())
        : Optional.empty();
  }

  /** The path, never the content. */
  @Override
  public String toString() {
    return "ConfigFile[" + path + "]";
  }
}
