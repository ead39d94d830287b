package dev.sandpiper.http;

import dev.sandpiper.HttpVersion;
import dev.sandpiper.RetryOptions;
import dev.sandpiper.http.ApiCall.Repetition;
import dev.sandpiper.testing.Patience;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import okhttp3.ConnectionPool;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;

/** A client over connections that can be counted; closing it proves that nothing is left. */
final class Client implements AutoCloseable {
  private final ConnectionPool pool = new ConnectionPool(20, 1, TimeUnit.MINUTES);
  private final ClientResources resources;

  Client(Limits limits) {
    this(limits, Protocols.standard());
  }

  Client(Limits limits, Protocols protocols) {
    this(limits, protocols, callers -> {});
  }

  /** One that goes by the time of a test. */
  Client(Limits limits, Time time) {
    this(limits, Protocols.standard(), callers -> {}, time);
  }

  private Client(Limits limits, Protocols protocols, Consumer<OkHttpClient.Builder> callers) {
    this(limits, protocols, callers, Time.system());
  }

  private Client(
      Limits limits, Protocols protocols, Consumer<OkHttpClient.Builder> callers, Time time) {
    OkHttpClient.Builder okHttp = new OkHttpClient.Builder().connectionPool(pool);
    callers.accept(okHttp);
    resources =
        new ClientResources(okHttp.build(), null, limits, protocols, RetryOptions.standard(), time);
  }

  /** Over an OkHttp client that its caller has set up in some way. */
  static Client of(Limits limits, Consumer<OkHttpClient.Builder> callers) {
    return new Client(limits, Protocols.standard(), callers);
  }

  /** Speaks HTTP/2 without asking. */
  static Client http2() {
    return new Client(Limits.standard(), Protocols.all(HttpVersion.HTTP_2));
  }

  static Client standard() {
    return new Client(Limits.standard());
  }

  HttpResponse send(HttpRequest request) {
    return resources.transport().send(request);
  }

  HttpResponse get(HttpUrl url) {
    return send(request("GET", url));
  }

  static HttpRequest request(String method, HttpUrl url) {
    return HttpRequest.of(TestCall.of("test", method, Repetition.IF_UNSENT), "it", url);
  }

  ClientResources resources() {
    return resources;
  }

  /** The watch rests when it has looked, and found no call. */
  private boolean isIdle() {
    if (resources.time() instanceof ManualTime driven) {
      driven.advance(Duration.ofMillis(50));
    }
    return resources.timers().isIdle();
  }

  /** Connections that a call still holds. */
  int connectionsInUse() {
    return pool.connectionCount() - pool.idleConnectionCount();
  }

  int connections() {
    return pool.connectionCount();
  }

  @Override
  public void close() {
    Patience.until("no response is open", () -> connectionsInUse() == 0);
    Patience.until("no call is watched", this::isIdle);
    resources.close();
    pool.evictAll();
    Patience.untilNoThreadIsLeft();
  }
}
