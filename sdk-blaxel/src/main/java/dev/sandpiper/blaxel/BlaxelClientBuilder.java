package dev.sandpiper.blaxel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.sandpiper.HttpVersion;
import dev.sandpiper.http.ClientResources;
import dev.sandpiper.http.Limits;
import dev.sandpiper.http.Protocols;
import dev.sandpiper.wire.SentText;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.Executor;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/**
 * Options of a {@link BlaxelClient}. What is not set comes from the environment, then from Blaxel's
 * configuration file, then from defaults.
 */
public final class BlaxelClientBuilder {
  private final BlaxelSettings.Options options = new BlaxelSettings.Options();
  private Map<String, String> environment = System.getenv();
  private Limits limits = Limits.standard();
  private HttpVersion httpVersion = HttpVersion.AUTOMATIC;
  private @Nullable HttpVersion processStreams;
  private Waits waits = Waits.standard();
  private OutputFiles output = OutputFiles.STANDARD;
  private @Nullable OkHttpClient httpClient;
  private @Nullable Executor executor;
  private @Nullable String integration;

  BlaxelClientBuilder() {}

  /** The account's key. Else {@code BL_API_KEY}. */
  public BlaxelClientBuilder apiKey(String key) {
    options.apiKey = requireNonNull(key, "key");
    return this;
  }

  /**
   * A service account instead of a key; its tokens are asked for and renewed by themselves. Else
   * {@code BL_CLIENT_CREDENTIALS}, which is both with a colon between them in base64.
   */
  public BlaxelClientBuilder clientCredentials(String id, String secret) {
    String both = SentText.require("the id", id) + ":" + SentText.require("the secret", secret);
    options.clientCredentials = Base64.getEncoder().encodeToString(both.getBytes(UTF_8));
    return this;
  }

  /** The workspace. Else {@code BL_WORKSPACE}, else the configuration file's current one. */
  public BlaxelClientBuilder workspace(String name) {
    options.workspace = requireNonNull(name, "name");
    return this;
  }

  /**
   * The configuration file to take credentials from, whatever the environment says. Else {@code
   * ~/.blaxel/config.yaml}, if it exists and the environment has no credentials.
   */
  public BlaxelClientBuilder configFile(Path file) {
    options.configFile = requireNonNull(file, "file");
    return this;
  }

  /** {@code prod}, {@code dev} or {@code local}. Else {@code BL_ENV}, else {@code prod}. */
  public BlaxelClientBuilder blaxelEnvironment(String name) {
    options.environment = requireNonNull(name, "name");
    return this;
  }

  /**
   * The URL of the control plane, which may have a path. Default: {@code BL_API_URL}, then what
   * belongs to the environment.
   */
  public BlaxelClientBuilder apiUrl(String url) {
    options.apiUrl = requireNonNull(url, "url");
    return this;
  }

  /** Where sandboxes are created that say nothing. Else {@code BL_REGION}, else Blaxel decides. */
  public BlaxelClientBuilder region(String name) {
    options.region = requireNonNull(name, "name");
    return this;
  }

  /**
   * The address of one sandbox, whatever Blaxel says. Else {@code BL_SANDBOXES_<NAME>_URL} or
   * {@code BL_SANDBOX_<NAME>_URL}, with the sandbox's name in upper case and {@code _} for {@code
   * -}. Requests there carry the account's token.
   */
  public BlaxelClientBuilder sandboxUrl(String sandbox, String url) {
    options.sandboxUrls.put(requireNonNull(sandbox, "sandbox"), requireNonNull(url, "url"));
    return this;
  }

  /**
   * The OkHttp client whose connections, proxy, TLS and interceptors to use. It is never shut down
   * here. What of it is used is in a table in {@link dev.sandpiper.SandboxClient}.
   */
  public BlaxelClientBuilder httpClient(OkHttpClient client) {
    httpClient = requireNonNull(client, "client");
    return this;
  }

  /**
   * What runs background work: one blocking task for each started process and each {@link
   * dev.sandpiper.Processes#execAsync}, and one for each command that is fed its {@link
   * dev.sandpiper.Command#stdin}. It must not bound their number below that: a task that waits for
   * a thread makes its process wait. What has to be done on time (deadlines, closing, following a
   * process's files) runs on threads of the client's own. Never shut down here.
   */
  public BlaxelClientBuilder executor(Executor callersExecutor) {
    executor = requireNonNull(callersExecutor, "callersExecutor");
    return this;
  }

  /** How long a connection may take to stand. Else ten seconds; zero is no limit. */
  public BlaxelClientBuilder connectLimit(Duration limit) {
    limits = limits.withConnect(limit);
    return this;
  }

  /** How long the head of an answer may take. Else sixty seconds; zero is no limit. */
  public BlaxelClientBuilder responseLimit(Duration limit) {
    limits = limits.withResponse(limit);
    return this;
  }

  /**
   * How long nothing at all may arrive, not even one of the keep-alives that come every five
   * seconds, while somebody waits for it. Else sixty seconds; zero is no limit.
   */
  public BlaxelClientBuilder idleLimit(Duration limit) {
    limits = limits.withIdle(limit);
    return this;
  }

  /**
   * Which HTTP to speak. Else {@link HttpVersion#AUTOMATIC}. An {@link #httpClient} has no say in
   * it.
   */
  public BlaxelClientBuilder httpVersion(HttpVersion version) {
    httpVersion = requireNonNull(version, "version");
    return this;
  }

  /**
   * Which HTTP to speak where the output of a process streams in. Else that of everything. On
   * HTTP/2, output that nobody takes is held in memory up to 16 MiB for each process before the
   * sandbox is slowed down; on {@link HttpVersion#HTTP_1_1} each process has a connection of its
   * own, and the buffers of a socket are all that is held.
   */
  public BlaxelClientBuilder processStreams(HttpVersion version) {
    processStreams = requireNonNull(version, "version");
    return this;
  }

  /**
   * Where in a sandbox the output of commands lies until it is read, and nothing else may: a
   * directory that is made when it is needed, below one that exists. Else {@code /tmp/.sandpiper},
   * which is memory; on a volume there is more room.
   *
   * @throws IllegalArgumentException if it is not absolute, or has other characters than A-Z a-z
   *     0-9 . _ - in its names
   */
  public BlaxelClientBuilder outputDirectory(String path) {
    output = new OutputFiles(path, output.streamedOnly());
    return this;
  }

  /** What uses this library, such as {@code my-agent/1.2}: stands behind our own User-Agent. */
  public BlaxelClientBuilder integration(String name) {
    integration = requireNonNull(name, "name");
    return this;
  }

  /** Variables to read instead of this process's own; {@code HOME} says where the file is. */
  public BlaxelClientBuilder environment(Map<String, String> variables) {
    environment = Map.copyOf(variables);
    return this;
  }

  /**
   * Runs every command as {@link BlaxelCommand#streamed()}: nothing is written in the sandboxes,
   * and output is not exact. {@link BlaxelSandbox#capabilities()} show what is missing then.
   */
  public BlaxelClientBuilder streamedOnly() {
    output = new OutputFiles(output.directory(), true);
    return this;
  }

  BlaxelClientBuilder waits(Waits shorter) {
    waits = shorter;
    return this;
  }

  /**
   * The client. The caller closes it. Makes no request.
   *
   * @throws dev.sandpiper.AuthenticationException if there are no credentials or no workspace, or
   *     the configuration file cannot be read; the message names its line
   * @throws IllegalArgumentException if a URL is malformed or has credentials, a query or a
   *     fragment, or the environment is unknown
   */
  public BlaxelClient build() {
    BlaxelSettings settings = BlaxelSettings.resolve(options, environment);
    return new BlaxelClient(
        settings,
        new ClientResources(httpClient, executor, limits, protocols()),
        UserAgent.of(integration),
        waits,
        output);
  }

  private Protocols protocols() {
    return new Protocols(httpVersion, processStreams == null ? httpVersion : processStreams);
  }
}
