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
 * The connections, threads and clock that a client shares among its sandboxes. The caller's own
 * OkHttp client and executor are never shut down here.
 */
public final class ClientResources implements AutoCloseable {
  private static final int IDLE_CONNECTIONS = 32;

  /**
   * Finds dead HTTP/2 connections: a cancelled call returns its connection to the pool, even a dead
   * one. The connection is closed if a ping is not answered within this time.
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

  /**
   * Shuts the resources down. Must not refer to the client, so that the client can be collected.
   */
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

    /** False if it ran before. */
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
   * @param callersClient its pool, proxy, TLS settings and interceptors are used; null for our own
   * @param callersExecutor runs background work; null for our own
   * @param time the clock of everything except OkHttp itself and the code that follows its steps
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
    Unclosed.watch(this, "a client", "its connections and threads are closed", shutdown::run);
  }

  /** The layers that every request passes through, from the outside in. */
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

  /**
   * The OkHttp features that are switched off here are listed in {@link
   * dev.sandpiper.SandboxClient}.
   */
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

  /** For tasks that may block for as long as a process lives; the caller's, if there is one. */
  public Executor executor() {
    return background::execute;
  }

  /** For tasks that may block briefly and must not wait for a thread of the caller's executor. */
  public Executor promptly() {
    return background::executePromptly;
  }

  /** Cancels the open calls, stops our own threads and closes our own connections. Idempotent. */
  @Override
  public void close() {
    shutdown.run();
  }
}
