package dev.sandpiper.blaxel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.sandpiper.SandboxClientBuilder;
import dev.sandpiper.blaxel.account.BlaxelSettings;
import dev.sandpiper.blaxel.process.OutputOptions;
import dev.sandpiper.blaxel.server.Waits;
import dev.sandpiper.http.Time;
import dev.sandpiper.http.UserAgent;
import dev.sandpiper.wire.SentText;
import java.nio.file.Path;
import java.util.Base64;

/**
 * Options of a {@link BlaxelClient}. Options that are not set are read from the environment, then
 * from Blaxel's configuration file, then have defaults.
 */
public final class BlaxelClientBuilder extends SandboxClientBuilder<BlaxelClientBuilder> {
  private final BlaxelSettings.Options options = new BlaxelSettings.Options();
  private Waits waits = Waits.standard();
  private OutputOptions output = OutputOptions.STANDARD;

  BlaxelClientBuilder() {}

  @Override
  protected BlaxelClientBuilder self() {
    return this;
  }

  /** The account's key. Default: {@code BL_API_KEY}. */
  public BlaxelClientBuilder apiKey(String key) {
    options.apiKey = requireNonNull(key, "key");
    return this;
  }

  /**
   * A service account instead of a key; its tokens are requested and renewed automatically.
   * Default: {@code BL_CLIENT_CREDENTIALS}, which is id, colon and secret in base64.
   */
  public BlaxelClientBuilder clientCredentials(String id, String secret) {
    String both = SentText.require("the id", id) + ":" + SentText.require("the secret", secret);
    options.clientCredentials = Base64.getEncoder().encodeToString(both.getBytes(UTF_8));
    return this;
  }

  /** The workspace. Default: {@code BL_WORKSPACE}, then the configuration file's current one. */
  public BlaxelClientBuilder workspace(String name) {
    options.workspace = requireNonNull(name, "name");
    return this;
  }

  /**
   * The configuration file to read credentials from, overriding the environment. Default: {@code
   * ~/.blaxel/config.yaml}, if it exists and the environment has no credentials; the home directory
   * is {@code HOME}, or {@code USERPROFILE} if that is missing.
   */
  public BlaxelClientBuilder configFile(Path file) {
    options.configFile = requireNonNull(file, "file");
    return this;
  }

  /** {@code prod}, {@code dev} or {@code local}. Default: {@code BL_ENV}, then {@code prod}. */
  public BlaxelClientBuilder blaxelEnvironment(String name) {
    options.environment = requireNonNull(name, "name");
    return this;
  }

  /**
   * The URL of the control plane, which may have a path. Default: {@code BL_API_URL}, then the URL
   * of the environment.
   */
  public BlaxelClientBuilder apiUrl(String url) {
    options.apiUrl = requireNonNull(url, "url");
    return this;
  }

  /** The region of new sandboxes. Default: {@code BL_REGION}, then Blaxel's choice. */
  public BlaxelClientBuilder region(String name) {
    options.region = requireNonNull(name, "name");
    return this;
  }

  /**
   * The address of one sandbox, overriding Blaxel's. Default: {@code BL_SANDBOXES_<NAME>_URL} or
   * {@code BL_SANDBOX_<NAME>_URL}, with the sandbox's name in upper case and {@code _} for {@code
   * -}. Requests there carry the account's token.
   */
  public BlaxelClientBuilder sandboxUrl(String sandbox, String url) {
    options.sandboxUrls.put(requireNonNull(sandbox, "sandbox"), requireNonNull(url, "url"));
    return this;
  }

  /**
   * The directory in a sandbox where the output of commands, unless it is short, is kept until it
   * is read. It must contain nothing else. It is created when needed; its parent must exist.
   * Default: {@code /tmp/.sandpiper}, which is in memory; a volume has more space.
   *
   * @throws IllegalArgumentException if it is not absolute, or its names contain other characters
   *     than A-Z a-z 0-9 . _ -
   */
  public BlaxelClientBuilder outputDirectory(String path) {
    output = new OutputOptions(path, output.streamedOnly());
    return this;
  }

  /**
   * Runs every command as {@link BlaxelCommand#streamed()}: nothing is written in the sandboxes,
   * and output is not exact. {@link BlaxelSandbox#capabilities()} then lacks some, including
   * attaching to processes and listing them.
   */
  public BlaxelClientBuilder streamedOnly() {
    output = new OutputOptions(output.directory(), true);
    return this;
  }

  /** For tests: a clock to use instead of the system clock. */
  BlaxelClientBuilder time(Time driven) {
    return goingBy(driven);
  }

  BlaxelClientBuilder waits(Waits shorter) {
    waits = shorter;
    return this;
  }

  /**
   * Creates the client. The caller closes it. Makes no request.
   *
   * @throws dev.sandpiper.AuthenticationException if there are no credentials or no workspace, or
   *     the configuration file cannot be read; the message names its line
   * @throws IllegalArgumentException if a URL is malformed or contains credentials, a query or a
   *     fragment, or the environment is unknown
   */
  public BlaxelClient build() {
    BlaxelSettings settings = BlaxelSettings.resolve(options, variables());
    return new BlaxelClient(settings, resources(), userAgent(), waits, output);
  }

  private UserAgent userAgent() {
    return userAgent(
        "sandpiper-blaxel", BlaxelClientBuilder.class.getResourceAsStream("version.properties"));
  }
}
