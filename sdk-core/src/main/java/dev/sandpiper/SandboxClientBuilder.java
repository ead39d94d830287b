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
 * The options that the clients of all platforms have. For the providers of this library to extend.
 *
 * @param <B> the builder itself
 */
@SuppressWarnings("exports") // what providers take from here is for the sister modules only
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
   * here. What of it is used is in a table in {@link SandboxClient}.
   */
  public final B httpClient(OkHttpClient client) {
    httpClient = requireNonNull(client, "client");
    return self();
  }

  /**
   * What runs background work: one blocking task for each started process, watch and {@link
   * Processes#execAsync}, and one for each command that is fed its {@link Command#stdin}. It must
   * not bound their number below that: a task that waits for a thread makes its process wait. What
   * has to be done on time (deadlines, closing) runs on threads of the client's own. Never shut
   * down here.
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

  /** How long the head of a response may take. Default: sixty seconds; zero means no limit. */
  public final B responseLimit(Duration limit) {
    limits = limits.withResponse(limit);
    return self();
  }

  /**
   * How long nothing at all may arrive while a read waits for it, not even one of the keep-alives,
   * which E2B sends every twenty seconds and Blaxel every five. Default: sixty seconds; zero means
   * no limit.
   */
  public final B idleLimit(Duration limit) {
    limits = limits.withIdle(limit);
    return self();
  }

  /**
   * How often requests are repeated that may be, after which pauses, and with which listener.
   * Default: {@link RetryOptions#standard()}.
   */
  public final B retries(RetryOptions options) {
    retries = requireNonNull(options, "options");
    return self();
  }

  /**
   * Which HTTP to speak, whatever an {@link #httpClient} is set to. Default: {@link
   * HttpVersion#AUTOMATIC}.
   */
  public final B httpVersion(HttpVersion version) {
    httpVersion = requireNonNull(version, "version");
    return self();
  }

  /**
   * Which HTTP to speak where the output of a process streams in. Default: {@link #httpVersion}. On
   * HTTP/2, unread output is buffered in memory up to 16 MiB for each process before the sandbox is
   * slowed down; on {@link HttpVersion#HTTP_1_1} each process has a connection of its own, and the
   * buffers of a socket are all that is held.
   */
  public final B processStreams(HttpVersion version) {
    processStreams = requireNonNull(version, "version");
    return self();
  }

  /** What uses this library, such as {@code my-agent/1.2}: follows our own name in User-Agent. */
  public final B integration(String name) {
    integration = requireNonNull(name, "name");
    return self();
  }

  /** Environment variables to read instead of this process's own. */
  public final B environment(Map<String, String> variables) {
    environment = Map.copyOf(variables);
    return self();
  }

  /** The environment variables to read. */
  protected final Map<String, String> variables() {
    return environment;
  }

  /** The clock of the client. Default: that of this machine. */
  protected final B goingBy(Time driven) {
    time = requireNonNull(driven, "driven");
    return self();
  }

  /** New connections and threads, as these options say. The client closes them. */
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
