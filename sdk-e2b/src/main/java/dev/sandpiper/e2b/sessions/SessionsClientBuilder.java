package dev.sandpiper.e2b.sessions;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.SandboxClientBuilder;
import dev.sandpiper.e2b.E2bClient;
import dev.sandpiper.engine.BackgroundThreads;
import dev.sandpiper.engine.CreatedSandboxes;
import dev.sandpiper.http.ClientResources;
import dev.sandpiper.http.Durations;
import dev.sandpiper.http.HeaderTransport;
import dev.sandpiper.http.HttpTransport;
import dev.sandpiper.http.JsonApi;
import dev.sandpiper.http.Routes;
import dev.sandpiper.http.Time;
import java.io.InputStream;
import java.time.Duration;
import okhttp3.Headers;
import okhttp3.HttpUrl;

/**
 * Options of a {@link SessionsClient}. {@link #environment} and {@link #processStreams} have no
 * effect: no variables are read, and this API has no streams.
 */
public final class SessionsClientBuilder extends SandboxClientBuilder<SessionsClientBuilder> {
  private static final String DEFAULT_URL = "http://localhost:3000";

  private final Headers.Builder headers = new Headers.Builder();
  private String baseUrl = DEFAULT_URL;
  private boolean singularPaths;
  private Duration refreshInterval = Duration.ofMinutes(3);
  private Duration longestWait = Duration.ofSeconds(20); // proxies have idle timeouts of 60 s
  private Duration reattachLimit = Duration.ofSeconds(30);

  SessionsClientBuilder() {}

  @Override
  protected SessionsClientBuilder self() {
    return this;
  }

  /** The server's URL, which may have a path. Default: {@code http://localhost:3000}. */
  public SessionsClientBuilder baseUrl(String url) {
    baseUrl = requireNonNull(url, "url");
    return this;
  }

  /**
   * A header for every request, such as a key that a gateway requires; it may be a secret.
   *
   * @throws IllegalArgumentException if the name or value is invalid for a header
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
   * Uses {@code /filesystem/dir} and {@code /filesystem/file}, the paths of a related server.
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

  SessionsClientBuilder longestWait(Duration limit) {
    longestWait = limit;
    return this;
  }

  /**
   * How long to reconnect to a process whose connection was lost. Default: 30 seconds; zero means
   * only the usual retries of a request.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public SessionsClientBuilder reattachLimit(Duration limit) {
    reattachLimit = Durations.notNegative("the reattach limit", limit, "not at all");
    return this;
  }

  /** For tests: a clock to use instead of the system clock. */
  SessionsClientBuilder time(Time driven) {
    return goingBy(driven);
  }

  /**
   * Creates the client. The caller closes it.
   *
   * @throws IllegalArgumentException if the URL is malformed, or contains credentials, a query or a
   *     fragment
   */
  public SessionsClient build() {
    HttpUrl base = Routes.base("the base URL", baseUrl);
    ClientResources resources = resources();
    BackgroundThreads threads = BackgroundThreads.of(resources);
    HttpTransport transport = new HeaderTransport(resources.transport(), allHeaders());
    JsonApi api = new JsonApi(transport, base, SessionCalls.ERRORS);
    SessionsAccount account =
        new SessionsAccount(
            api,
            threads,
            singularPaths,
            longestWait,
            reattachLimit,
            new CreatedSandboxes(threads.time()),
            new OpenSessions(threads, refreshInterval));
    return new SessionsClient(account, resources);
  }

  /** With the library's own User-Agent, unless the caller has set another. */
  private Headers allHeaders() {
    Headers callers = headers.build();
    if (callers.get("User-Agent") != null) {
      return callers;
    }
    InputStream version = E2bClient.class.getResourceAsStream("version.properties");
    String name = userAgent("sandpiper-e2b-sessions", version).text();
    return callers.newBuilder().set("User-Agent", name).build();
  }
}
