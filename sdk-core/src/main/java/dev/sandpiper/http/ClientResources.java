package dev.sandpiper.http;

import dev.sandpiper.RetryOptions;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import okhttp3.Authenticator;
import okhttp3.ConnectionPool;
import okhttp3.CookieJar;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/**
 * What one client shares among all its sandboxes: connections, threads, one clock. What the caller
 * brought is never shut down here.
 */
public final class ClientResources implements AutoCloseable {
  private static final int IDLE_CONNECTIONS = 32;

  /**
   * On HTTP/2 a call that is given up leaves its connection to the others, also a dead one. A pong
   * that is missing after this time ends the connection.
   */
  private static final Duration PING_INTERVAL = Duration.ofSeconds(20);

  private final OkHttpClient okHttp;
  private final GuardedScheduler scheduler;
  private final Time time;
  private final Timers timers;
  private final CallWatch watch;
  private final Background background;
  private final Retries retries;
  private final HttpTransport transport;
  private final Shutdown shutdown;

  /** What ends them all; it must not refer to the client. */
  private static final class Shutdown {
    private final CallWatch watch;
    private final GuardedScheduler scheduler;
    private final Background background;
    private final Optional<OkHttpClient> ownOkHttp;
    private final AtomicBoolean done = new AtomicBoolean();

    Shutdown(
        CallWatch watch,
        GuardedScheduler scheduler,
        Background background,
        Optional<OkHttpClient> ownOkHttp) {
      this.watch = watch;
      this.scheduler = scheduler;
      this.background = background;
      this.ownOkHttp = ownOkHttp;
    }

    /** False if that was done before. */
    boolean run() {
      if (!done.compareAndSet(false, true)) {
        return false;
      }
      watch.close();
      scheduler.close();
      background.close();
      ownOkHttp.ifPresent(
          client -> {
            client.dispatcher().executorService().shutdown();
            client.connectionPool().evictAll();
          });
      return true;
    }
  }

  public ClientResources(
      @Nullable OkHttpClient callersClient,
      @Nullable Executor callersExecutor,
      Limits limits,
      Protocols protocols) {
    this(callersClient, callersExecutor, limits, protocols, RetryOptions.standard(), Time.system());
  }

  /**
   * @param callersClient whose pool, proxy, TLS and interceptors to use; null for our own
   * @param callersExecutor what runs background work; null for our own
   * @param time of everything but OkHttp, and what follows OkHttp's steps
   */
  public ClientResources(
      @Nullable OkHttpClient callersClient,
      @Nullable Executor callersExecutor,
      Limits limits,
      Protocols protocols,
      RetryOptions retryOptions,
      Time time) {
    OkHttpCopies.check();
    okHttp = callersClient == null ? ownClient() : callersClient;
    scheduler = new GuardedScheduler(DaemonThreads.named("sandpiper-timer"));
    this.time = time;
    timers = time.timers(scheduler);
    watch = new CallWatch(time, timers);
    background = new Background(callersExecutor);
    retries = new Retries(retryOptions);
    transport = assemble(limits, protocols);
    shutdown =
        new Shutdown(
            watch,
            scheduler,
            background,
            callersClient == null ? Optional.of(okHttp) : Optional.empty());
    Unclosed.watch(
        this, "a client", "its connections are closed and its threads ended", shutdown::run);
  }

  /** The way of every request, from the outside in. */
  private HttpTransport assemble(Limits limits, Protocols protocols) {
    OkHttpClient base = configure(okHttp, limits, new FreshConnections(scheduler));
    OkHttpClients clients = new OkHttpClients(base, protocols, new ConnectTurns());
    HttpTransport network = new OkHttpTransport(clients, limits, watch, time, this);
    HttpTransport logged = new LoggingTransport(network);
    return new RetryingTransport(
        logged,
        retries,
        (pause, request) ->
            request.scope().sleep(time, pause, request.failure("").withRetryable(true)),
        () -> ThreadLocalRandom.current().nextDouble());
  }

  private static OkHttpClient ownClient() {
    return new OkHttpClient.Builder()
        .connectionPool(new ConnectionPool(IDLE_CONNECTIONS, 5, TimeUnit.MINUTES))
        .build();
  }

  /** What is switched off here is listed in {@link dev.sandpiper.SandboxClient}. */
  private static OkHttpClient configure(
      OkHttpClient client, Limits limits, FreshConnections fresh) {
    OkHttpClient.Builder builder =
        client
            .newBuilder()
            .retryOnConnectionFailure(false)
            .followRedirects(false)
            .followSslRedirects(false)
            .authenticator(Authenticator.NONE)
            .cache(null)
            .cookieJar(CookieJar.NO_COOKIES)
            .eventListenerFactory(LateCancel.beside(client.eventListenerFactory()))
            .connectTimeout(Durations.millis(limits.connect()), TimeUnit.MILLISECONDS)
            .readTimeout(0, TimeUnit.MILLISECONDS)
            .writeTimeout(0, TimeUnit.MILLISECONDS)
            .callTimeout(0, TimeUnit.MILLISECONDS);
    builder.networkInterceptors().add(0, new SingleAttempt(fresh));
    if (client.pingIntervalMillis() == 0) {
      builder.pingInterval(PING_INTERVAL);
    }
    return builder.build();
  }

  public HttpTransport transport() {
    return transport;
  }

  public Retries retries() {
    return retries;
  }

  public Time time() {
    return time;
  }

  public Timers timers() {
    return timers;
  }

  /** For work that may block for as long as a process lives; the caller's, if there is one. */
  public Executor executor() {
    return background::execute;
  }

  /** For work that may block for a moment, and must not wait for a thread of the caller's. */
  public Executor promptly() {
    return background::executePromptly;
  }

  /**
   * Gives up the calls that are open, stops our own threads and closes our own connections.
   * Idempotent.
   */
  @Override
  public void close() {
    shutdown.run();
  }
}
