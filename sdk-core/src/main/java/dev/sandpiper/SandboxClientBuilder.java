package dev.sandpiper;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.http.ClientResources;
import dev.sandpiper.http.Limits;
import dev.sandpiper.http.Protocols;
import dev.sandpiper.http.Time;
import dev.sandpiper.http.UserAgent;
import java.io.InputStream;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executor;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/**
 * The options that the clients of all platforms share. Extended by the providers of this library
 * only.
 *
 * @param <B> the builder itself
 */
@SuppressWarnings("exports") // types exported to the sister modules only
public abstract class SandboxClientBuilder<B extends SandboxClientBuilder<B>> {
  private Map<String, String> environment = System.getenv();
  private Limits limits = Limits.standard();
  private RetryOptions retries = RetryOptions.standard();
  private HttpVersion httpVersion = HttpVersion.AUTOMATIC;
  private @Nullable HttpVersion processStreams;
  private @Nullable OkHttpClient httpClient;
  private @Nullable Executor executor;
  private @Nullable String integration;
  private Time time = Time.system();

  protected SandboxClientBuilder() {}

  /** This. */
  protected abstract B self();

  /**
   * The OkHttp client whose connections, proxy, TLS and interceptors to use. It is never shut down
   * here. {@link SandboxClient} has a table of the settings that are used.
   */
  public final B httpClient(OkHttpClient client) {
    httpClient = requireNonNull(client, "client");
    return self();
  }

  /**
   * The executor for background work: one blocking task for each started process, watch and {@link
   * Processes#execAsync}, and one for each command with a {@link Command#stdin}. It must not limit
   * the number of threads below that: a task that waits for a thread makes its process wait.
   * Time-critical work (deadlines, closing) runs on the client's own threads. Never shut down here.
   */
  public final B executor(Executor callersExecutor) {
    executor = requireNonNull(callersExecutor, "callersExecutor");
    return self();
  }

  /** The connect timeout. Default: ten seconds; zero means no limit. */
  public final B connectLimit(Duration limit) {
    limits = limits.withConnect(limit);
    return self();
  }

  /** The time limit for the head of a response. Default: sixty seconds; zero means no limit. */
  public final B responseLimit(Duration limit) {
    limits = limits.withResponse(limit);
    return self();
  }

  /**
   * How long a read may wait while nothing arrives, not even one of the keep-alives, which E2B
   * sends every twenty seconds and Blaxel every five. Default: sixty seconds; zero means no limit.
   */
  public final B idleLimit(Duration limit) {
    limits = limits.withIdle(limit);
    return self();
  }

  /**
   * How often repeatable requests are sent again, after which pauses, and with which listener.
   * Default: {@link RetryOptions#standard()}.
   */
  public final B retries(RetryOptions options) {
    retries = requireNonNull(options, "options");
    return self();
  }

  /**
   * The HTTP version to use, whatever the settings of an {@link #httpClient}. Default: {@link
   * HttpVersion#AUTOMATIC}.
   */
  public final B httpVersion(HttpVersion version) {
    httpVersion = requireNonNull(version, "version");
    return self();
  }

  /**
   * The HTTP version to use for streaming the output of processes. Default: {@link #httpVersion}.
   * On HTTP/2, unread output is buffered in memory up to 16 MiB for each process before the sandbox
   * is slowed down; on {@link HttpVersion#HTTP_1_1} each process has a connection of its own, and
   * only the socket's buffers hold unread output.
   */
  public final B processStreams(HttpVersion version) {
    processStreams = requireNonNull(version, "version");
    return self();
  }

  /**
   * The name of the application, such as {@code my-agent/1.2}: appended to the User-Agent header.
   */
  public final B integration(String name) {
    integration = requireNonNull(name, "name");
    return self();
  }

  /** Environment variables to read instead of those of this process. */
  public final B environment(Map<String, String> variables) {
    environment = Map.copyOf(variables);
    return self();
  }

  /** The environment variables to read. */
  protected final Map<String, String> variables() {
    return environment;
  }

  /** The client's clock. Default: the system clock. */
  protected final B goingBy(Time driven) {
    time = requireNonNull(driven, "driven");
    return self();
  }

  /** New connections and threads, according to these options. The client closes them. */
  protected final ClientResources resources() {
    HttpVersion streams = processStreams == null ? httpVersion : processStreams;
    return new ClientResources(
        httpClient, executor, limits, new Protocols(httpVersion, streams), retries, time);
  }

  /** See {@link UserAgent#of}. */
  protected final UserAgent userAgent(String product, @Nullable InputStream versionFile) {
    return UserAgent.of(product, versionFile, integration);
  }
}
