package dev.sandpiper.blaxel.account;

import dev.sandpiper.AuthenticationException;
import dev.sandpiper.Failure;
import dev.sandpiper.http.Routes;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/**
 * The addresses and credentials: an option overrides the environment, the environment overrides
 * Blaxel's configuration file, which overrides the default; an empty text counts as not set.
 *
 * @param region the default region of new sandboxes; null for the platform's choice
 * @param sandboxUrls addresses to use instead of the platform's, by the sandbox's name
 * @param variables the environment, which may contain further addresses
 */
public record BlaxelSettings(
    Credentials credentials,
    String workspace,
    HttpUrl apiUrl,
    @Nullable String region,
    Map<String, HttpUrl> sandboxUrls,
    Map<String, String> variables) {

  /** The given options; null means not given. */
  public static final class Options {
    public @Nullable String apiKey;
    public @Nullable String clientCredentials;
    public @Nullable String workspace;
    public @Nullable String environment;
    public @Nullable String apiUrl;
    public @Nullable String region;
    public @Nullable Path configFile;
    public final Map<String, String> sandboxUrls = new HashMap<>();
  }

  /**
   * Merges options, environment, configuration file and defaults.
   *
   * @throws AuthenticationException if credentials or workspace are missing, or the file is
   *     malformed
   * @throws IllegalArgumentException if a URL is malformed, or the environment is unknown
   */
  public static BlaxelSettings resolve(Options options, Map<String, String> variables) {
    Login login = login(options, variables);
    String environment = first(options.environment, variables, "BL_ENV");
    if (environment == null) {
      environment = login.environment();
    }
    String apiUrl = first(options.apiUrl, variables, "BL_API_URL");
    Map<String, HttpUrl> urls = new HashMap<>();
    options.sandboxUrls.forEach(
        (name, text) -> urls.put(name, Routes.base("the URL of sandbox " + name, text)));
    return new BlaxelSettings(
        login.credentials(),
        Tokens.headerText(login.workspace()),
        Routes.base("the API URL", apiUrl == null ? defaultApiUrl(environment) : apiUrl),
        first(options.region, variables, "BL_REGION"),
        Map.copyOf(urls),
        variables);
  }

  /**
   * The credentials and workspace, and the environment that the configuration file names for it.
   */
  private record Login(Credentials credentials, String workspace, @Nullable String environment) {}

  private static Login login(Options options, Map<String, String> variables) {
    String workspace = first(options.workspace, variables, "BL_WORKSPACE");
    boolean fileComesFirst =
        options.configFile != null && options.apiKey == null && options.clientCredentials == null;
    Credentials given = fileComesFirst ? null : given(options, variables);
    if (given != null && workspace != null) {
      return new Login(given, workspace, null);
    }
    Optional<ConfigFile> file = configFile(options, variables);
    if (workspace == null) {
      workspace = file.flatMap(ConfigFile::workspace).orElse(null);
    }
    if (workspace == null) {
      String also = given == null && file.isEmpty() ? ", and BL_API_KEY or its like" : "";
      throw unusable("no workspace: set BL_WORKSPACE" + also + ", or log in with 'bl login'");
    }
    String name = workspace;
    Credentials credentials =
        given != null ? given : file.flatMap(f -> f.credentials(name)).orElse(null);
    if (credentials == null) {
      throw unusable(
          "no credentials for workspace "
              + name
              + ": set BL_API_KEY or BL_CLIENT_CREDENTIALS, or log in with 'bl login "
              + name
              + "'");
    }
    return new Login(credentials, name, file.flatMap(f -> f.environment(name)).orElse(null));
  }

  private static @Nullable Credentials given(Options options, Map<String, String> variables) {
    if (options.apiKey == null && options.clientCredentials != null) {
      return client(options.clientCredentials);
    }
    String key = first(options.apiKey, variables, "BL_API_KEY");
    if (key != null) {
      return new Credentials.ApiKey(Tokens.headerText(key));
    }
    String client = first(options.clientCredentials, variables, "BL_CLIENT_CREDENTIALS");
    return client == null ? null : client(client);
  }

  private static Credentials client(String encoded) {
    try {
      byte[] decoded = Base64.getDecoder().decode(encoded);
      if (new String(decoded, StandardCharsets.UTF_8).indexOf(':') > 0) {
        return new Credentials.ClientCredentials(encoded);
      }
    } catch (IllegalArgumentException e) {
      throw unusable("the client credentials are no base64 of id:secret");
    }
    throw unusable("the client credentials are not id:secret in base64");
  }

  /** The tool's own file is read if it exists; one that was configured must exist. */
  private static Optional<ConfigFile> configFile(Options options, Map<String, String> variables) {
    if (options.configFile != null) {
      return Optional.of(ConfigFile.read(options.configFile));
    }
    return Stream.of("HOME", "USERPROFILE") // the second is for Windows
        .map(name -> variables.getOrDefault(name, ""))
        .filter(home -> !home.isEmpty())
        .findFirst()
        .map(home -> Path.of(home, ".blaxel", "config.yaml"))
        .filter(Files::exists)
        .map(ConfigFile::read);
  }

  private static String defaultApiUrl(@Nullable String environment) {
    return switch (environment == null ? "prod" : environment) {
      case "prod" -> "https://api.blaxel.ai/v0";
      case "dev" -> "https://api.blaxel.dev/v0";
      case "local" -> "http://localhost:8080/v0";
      default ->
          throw new IllegalArgumentException(
              "BL_ENV is prod, dev or local, not '" + environment + "'");
    };
  }

  /**
   * An address from the platform to which the token will be sent.
   *
   * @param what names it in the message
   * @throws IllegalArgumentException if it is malformed, or the token would be sent in cleartext
   *     although Blaxel itself is used over HTTPS
   */
  public HttpUrl address(String what, String text) {
    HttpUrl url = Routes.base(what, text);
    if (apiUrl.isHttps() && !url.isHttps()) {
      throw new IllegalArgumentException(what + " is not an https URL: '" + url + "'");
    }
    return url;
  }

  /** The caller's address for a sandbox; empty for the platform's. */
  public Optional<HttpUrl> forcedUrl(String sandbox) {
    HttpUrl option = sandboxUrls.get(sandbox);
    if (option != null) {
      return Optional.of(option);
    }
    String name = sandbox.toUpperCase(Locale.ROOT).replace('-', '_');
    for (String variable :
        new String[] {"BL_SANDBOXES_" + name + "_URL", "BL_SANDBOX_" + name + "_URL"}) {
      String text = variables.getOrDefault(variable, "");
      if (!text.isEmpty()) {
        return Optional.of(Routes.base(variable, text));
      }
    }
    return Optional.empty();
  }

  private static @Nullable String first(
      @Nullable String option, Map<String, String> environment, String name) {
    if (option != null && !option.isEmpty()) {
      return option;
    }
    String text = environment.get(name);
    return text == null || text.isEmpty() ? null : text;
  }

  private static AuthenticationException unusable(String observed) {
    return new AuthenticationException(Failure.of("configure Blaxel", "", observed));
  }

  /** The addresses, never the credentials. */
  @Override
  public String toString() {
    return "BlaxelSettings[" + apiUrl.host() + ", " + workspace + "]";
  }
}
