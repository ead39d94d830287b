package dev.sandpiper.e2b.sessions;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.engine.CreatedSandboxes;
import dev.sandpiper.engine.Threads;
import dev.sandpiper.http.ClientResources;
import dev.sandpiper.http.Durations;
import dev.sandpiper.http.HeaderTransport;
import dev.sandpiper.http.JsonApi;
import dev.sandpiper.http.Limits;
import dev.sandpiper.http.Protocols;
import dev.sandpiper.http.Routes;
import java.time.Duration;
import java.util.concurrent.Executor;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/** Options of a {@link SessionsClient}. */
public final class SessionsClientBuilder {
  private static final String DEFAULT_URL = "http://localhost:3000";

  private final Headers.Builder headers = new Headers.Builder();
  private String baseUrl = DEFAULT_URL;
  private boolean singularPaths;
  private Duration refreshInterval = Duration.ofMinutes(3);
  private Duration longestWait = Duration.ofSeconds(20); // proxies end what is silent for a minute
  private Duration reattachLimit = Duration.ofSeconds(30);
  private Limits limits = Limits.standard();
  private @Nullable OkHttpClient httpClient;
  private @Nullable Executor executor;

  SessionsClientBuilder() {
    headers.set("User-Agent", "sandpiper-e2b-sessions");
  }

  /** The server's URL, which may have a path. Default: {@code http://localhost:3000}. */
  public SessionsClientBuilder baseUrl(String url) {
    baseUrl = requireNonNull(url, "url");
    return this;
  }

  /**
   * A header for every request, such as a key that a gateway asks for; it may be a secret.
   *
   * @throws IllegalArgumentException if no header can have this name or value
   */
  public SessionsClientBuilder header(String name, String value) {
    try {
      headers.set(name, value);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("no header can have the name or value of this one");
    }
    return this;
  }

  /**
   * Uses {@code /filesystem/dir} and {@code /filesystem/file}, as a related server has them.
   * Default: {@code dirs} and {@code files}.
   */
  public SessionsClientBuilder singularPaths() {
    singularPaths = true;
    return this;
  }

  /**
   * How often open sessions are refreshed. Default: 3 minutes; a server deletes a session that was
   * idle for ten.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public SessionsClientBuilder refreshInterval(Duration interval) {
    refreshInterval = Durations.positive("the refresh interval", interval, "leave it out");
    return this;
  }

  /**
   * The OkHttp client whose connections, proxy, TLS and interceptors to use. It is never shut down
   * here. What of it is used is in a table in {@link dev.sandpiper.SandboxClient}.
   */
  public SessionsClientBuilder httpClient(OkHttpClient client) {
    httpClient = requireNonNull(client, "client");
    return this;
  }

  /**
   * What runs background work: one blocking task for each started process and {@link
   * dev.sandpiper.Processes#execAsync}. Never shut down here.
   */
  public SessionsClientBuilder executor(Executor callersExecutor) {
    executor = requireNonNull(callersExecutor, "callersExecutor");
    return this;
  }

  SessionsClientBuilder longestWait(Duration limit) {
    longestWait = limit;
    return this;
  }

  /**
   * How long a process whose connection is lost is asked for again, until it can be followed on.
   * Default: 30 seconds; zero is not beyond the usual repetitions of a request.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public SessionsClientBuilder reattachLimit(Duration limit) {
    reattachLimit = Durations.notNegative("the reattach limit", limit, "not at all");
    return this;
  }

  /** How long connecting may take. Default: 10 seconds; zero is no limit. */
  public SessionsClientBuilder connectLimit(Duration limit) {
    limits = limits.withConnect(limit);
    return this;
  }

  /**
   * How long the head of an answer may take, where the server does not wait for a process. Default:
   * 60 seconds; zero is no limit.
   */
  public SessionsClientBuilder responseLimit(Duration limit) {
    limits = limits.withResponse(limit);
    return this;
  }

  /**
   * The client. The caller closes it.
   *
   * @throws IllegalArgumentException if the URL is malformed, or has credentials, a query or a
   *     fragment
   */
  public SessionsClient build() {
    HttpUrl base = Routes.base("the base URL", baseUrl);
    ClientResources resources =
        new ClientResources(httpClient, executor, limits, Protocols.standard());
    Threads threads = Threads.of(resources);
    JsonApi api =
        new JsonApi(
            new HeaderTransport(resources.transport(), headers.build()), base, SessionCalls.ERRORS);
    SessionsAccount account =
        new SessionsAccount(
            api,
            threads,
            singularPaths,
            longestWait,
            reattachLimit,
            new CreatedSandboxes(),
            new OpenSessions(threads, refreshInterval));
    return new SessionsClient(account, resources);
  }
}
