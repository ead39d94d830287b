package dev.sandpiper.e2b;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.HttpVersion;
import dev.sandpiper.http.ClientResources;
import dev.sandpiper.http.Durations;
import dev.sandpiper.http.Limits;
import dev.sandpiper.http.Protocols;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executor;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/** Options of an {@link E2bClient}. What is not set comes from the environment, then defaults. */
public final class E2bClientBuilder {
  private final E2bSettings.Options options = new E2bSettings.Options();
  private Map<String, String> environment = System.getenv();
  private Limits limits = Limits.standard();
  private Duration reattachLimit = Duration.ofSeconds(30);
  private E2bCodec codec = E2bCodec.BINARY;
  private HttpVersion httpVersion = HttpVersion.AUTOMATIC;
  private @Nullable HttpVersion processStreams;
  private @Nullable OkHttpClient httpClient;
  private @Nullable Executor executor;
  private @Nullable String integration;

  E2bClientBuilder() {}

  /** The account's key. Else {@code E2B_API_KEY}. */
  public E2bClientBuilder apiKey(String key) {
    options.apiKey = requireNonNull(key, "key");
    return this;
  }

  /** Whether to check the key's shape before the first request. Else true. */
  public E2bClientBuilder validateApiKey(boolean validate) {
    options.validateApiKey = validate;
    return this;
  }

  /**
   * The domain of the platform, a name without scheme, port or path. Default: {@code E2B_DOMAIN},
   * then {@code e2b.app}.
   */
  public E2bClientBuilder domain(String domain) {
    options.domain = requireNonNull(domain, "domain");
    return this;
  }

  /**
   * The URL of the control plane, which may have a path. Default: {@code E2B_API_URL}, then {@code
   * https://api.<domain>}.
   */
  public E2bClientBuilder apiUrl(String url) {
    options.apiUrl = requireNonNull(url, "url");
    return this;
  }

  /**
   * The URL for all requests to sandboxes, which may have a path; endpoints and the URLs of files
   * are below it too. Default: {@code E2B_SANDBOX_URL}, then each sandbox's own host.
   */
  public E2bClientBuilder sandboxUrl(String url) {
    options.sandboxUrl = requireNonNull(url, "url");
    return this;
  }

  /**
   * Debug mode: one sandbox, a daemon on this machine's port 49983. Else {@code E2B_DEBUG}. No
   * request to create, connect to or kill it is made.
   */
  public E2bClientBuilder debug(boolean debug) {
    options.debug = debug;
    return this;
  }

  /**
   * The OkHttp client whose connections, proxy, TLS and interceptors to use. It is never shut down
   * here. What of it is used is in a table in {@link dev.sandpiper.SandboxClient}.
   */
  public E2bClientBuilder httpClient(OkHttpClient client) {
    httpClient = requireNonNull(client, "client");
    return this;
  }

  /**
   * What runs background work: one blocking task for each started process, watch and {@link
   * dev.sandpiper.Processes#execAsync}, and one for each command that is fed its {@link
   * dev.sandpiper.Command#stdin}. It must not bound their number below that: a task that waits for
   * a thread makes its process wait. What has to be done on time (deadlines, closing) runs on
   * threads of the client's own. Never shut down here.
   */
  public E2bClientBuilder executor(Executor callersExecutor) {
    executor = requireNonNull(callersExecutor, "callersExecutor");
    return this;
  }

  /** How long a connection may take to stand. Else ten seconds; zero is no limit. */
  public E2bClientBuilder connectLimit(Duration limit) {
    limits = limits.withConnect(limit);
    return this;
  }

  /** How long the head of an answer may take. Else sixty seconds; zero is no limit. */
  public E2bClientBuilder responseLimit(Duration limit) {
    limits = limits.withResponse(limit);
    return this;
  }

  /**
   * How long nothing at all may arrive, not even one of the keep-alives that come every twenty
   * seconds, while somebody waits for it. Else sixty seconds; zero is no limit.
   */
  public E2bClientBuilder idleLimit(Duration limit) {
    limits = limits.withIdle(limit);
    return this;
  }

  /**
   * How long the lost connection of a process's stream is tried again, until the process can be
   * followed on. Else thirty seconds, which is how long E2B remembers an exit; zero is not at all.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public E2bClientBuilder reattachLimit(Duration limit) {
    reattachLimit = Durations.notNegative("the reattach limit", limit, "not at all");
    return this;
  }

  /** How messages travel to and from sandboxes. Else {@link E2bCodec#BINARY}. */
  public E2bClientBuilder codec(E2bCodec messages) {
    codec = requireNonNull(messages, "messages");
    return this;
  }

  /**
   * Which HTTP to speak. Else {@link HttpVersion#AUTOMATIC}. An {@link #httpClient} has no say in
   * it.
   */
  public E2bClientBuilder httpVersion(HttpVersion version) {
    httpVersion = requireNonNull(version, "version");
    return this;
  }

  /**
   * Which HTTP to speak where the output of a process streams in. Else that of everything. On
   * HTTP/2, output that nobody takes is held in memory up to 16 MiB for each process before the
   * sandbox is slowed down; on {@link HttpVersion#HTTP_1_1} each process has a connection of its
   * own, and the buffers of a socket are all that is held.
   */
  public E2bClientBuilder processStreams(HttpVersion version) {
    processStreams = requireNonNull(version, "version");
    return this;
  }

  /** What uses this library, such as {@code my-agent/1.2}: stands behind our own User-Agent. */
  public E2bClientBuilder integration(String name) {
    integration = requireNonNull(name, "name");
    return this;
  }

  /** Variables to read instead of this process's own. */
  public E2bClientBuilder environment(Map<String, String> variables) {
    environment = Map.copyOf(variables);
    return this;
  }

  /**
   * The client. The caller closes it.
   *
   * @throws dev.sandpiper.AuthenticationException if there is no key, or it has not the shape of
   *     one
   * @throws IllegalArgumentException if a URL or the domain is malformed, or a URL has credentials,
   *     a query or a fragment
   */
  public E2bClient build() {
    E2bSettings settings = E2bSettings.resolve(options, environment);
    UserAgent userAgent = UserAgent.of(integration);
    return new E2bClient(
        settings,
        new ClientResources(httpClient, executor, limits, protocols()),
        userAgent,
        Codec.of(codec),
        reattachLimit);
  }

  private Protocols protocols() {
    return new Protocols(httpVersion, processStreams == null ? httpVersion : processStreams);
  }
}
