package dev.sandpiper.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sandpiper.DeadlineExceededException;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import javax.net.SocketFactory;
import okhttp3.Cache;
import okhttp3.Call;
import okhttp3.Cookie;
import okhttp3.CookieJar;
import okhttp3.EventListener;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each line of the table in {@link dev.sandpiper.SandboxClient}. */
@Timeout(20)
class CallersClientTest {
  private static final Set<String> USED =
      Set.of(
          "addInterceptor addNetworkInterceptor eventListener eventListenerFactory connectionPool",
          "dns proxy proxySelector proxyAuthenticator socketFactory sslSocketFactory",
          "certificatePinner hostnameVerifier connectionSpecs fastFallback pingInterval");
  private static final Set<String> SWITCHED_OFF =
      Set.of(
          "cache cookieJar retryOnConnectionFailure followRedirects followSslRedirects",
          "authenticator");
  private static final Set<String> REPLACED =
      Set.of("connectTimeout readTimeout writeTimeout callTimeout protocols");
  private static final Set<String> WITHOUT_EFFECT =
      Set.of("dispatcher webSocketCloseTimeout minWebSocketMessageToCompress");

  private final AtomicInteger used = new AtomicInteger();
  private final AtomicInteger answers = new AtomicInteger();
  @TempDir Path directory;

  @Test
  void thereIsNoOptionThatTheTableDoesNotHave() {
    Set<String> known = new TreeSet<>(Set.of("build", "interceptors", "networkInterceptors"));
    for (Set<String> line : List.of(USED, SWITCHED_OFF, REPLACED, WITHOUT_EFFECT)) {
      line.forEach(names -> known.addAll(List.of(names.split(" "))));
    }
    assertThat(Arrays.stream(OkHttpClient.Builder.class.getMethods()))
        .filteredOn(method -> method.getDeclaringClass() == OkHttpClient.Builder.class)
        .extracting(Method::getName)
        .filteredOn(name -> name.matches("[a-zA-Z]+"))
        .allMatch(known::contains);
  }

  /** Answers what is fresh for ten minutes, with a number that grows. */
  private WirePeer numbering() throws IOException {
    return new WirePeer(
        connection -> {
          while (!connection.readHead().isEmpty()) {
            connection.send(
                "HTTP/1.1 200 OK\r\nCache-Control: max-age=600\r\nSet-Cookie: a=b\r\n"
                    + "Content-Length: 1\r\n\r\n"
                    + answers.incrementAndGet());
          }
        });
  }

  private static String get(Client client, HttpUrl url) throws IOException {
    try (HttpResponse response = client.get(url)) {
      return new String(response.readAll(10), UTF_8);
    }
  }

  @Test
  void cacheIsNotAskedAndNotFilled() throws Exception {
    Cache cache = new Cache(directory.toFile(), 1 << 20);
    try (cache;
        WirePeer peer = numbering();
        Client client = Client.of(Limits.standard(), callers -> callers.cache(cache))) {
      OkHttpClient stale = new OkHttpClient.Builder().cache(cache).build();
      Call filling = stale.newCall(new okhttp3.Request.Builder().url(peer.url("/")).build());
      try (Response first = filling.execute()) {
        assertThat(first.body().string()).isEqualTo("1");
      }
      try (Response again = filling.clone().execute()) {
        assertThat(again.body().string()).as("what the cache would answer").isEqualTo("1");
      }
      stale.connectionPool().evictAll();

      assertThat(get(client, peer.url("/"))).isEqualTo("2");
      assertThat(get(client, peer.url("/"))).isEqualTo("3");
    }
  }

  @Test
  void cookiesAreNeitherKeptNorSent() throws Exception {
    CookieJar jar =
        new CookieJar() {
          @Override
          public void saveFromResponse(HttpUrl url, List<Cookie> cookies) {
            used.incrementAndGet();
          }

          @Override
          public List<Cookie> loadForRequest(HttpUrl url) {
            used.incrementAndGet();
            return List.of(new Cookie.Builder().name("a").value("b").domain(url.host()).build());
          }
        };
    try (WirePeer peer = numbering();
        Client client = Client.of(Limits.standard(), callers -> callers.cookieJar(jar))) {
      get(client, peer.url("/"));
      assertThat(peer.heads()).noneMatch(head -> head.contains("Cookie"));
      assertThat(used).hasValue(0);
    }
  }

  @Test
  void redirectsAndTheAuthenticatorAreNotFollowed() throws Exception {
    for (String status : List.of("302 Found", "307 Temporary Redirect", "401 Unauthorized")) {
      String answer = "HTTP/1.1 " + status + "\r\nLocation: /other\r\nWWW-Authenticate: Basic\r\n";
      try (WirePeer peer = answering(answer + "Content-Length: 0\r\n\r\n");
          Client client =
              Client.of(
                  Limits.standard(),
                  callers ->
                      callers
                          .followRedirects(true)
                          .followSslRedirects(true)
                          .authenticator(
                              (route, response) -> {
                                used.incrementAndGet();
                                return response.request();
                              }));
          HttpResponse response = client.get(peer.url("/"))) {
        assertThat(response.status()).isEqualTo(Integer.parseInt(status.substring(0, 3)));
        assertThat(peer.heads()).hasSize(1);
      }
    }
    assertThat(used).hasValue(0);
  }

  private static WirePeer answering(String answer) throws IOException {
    return new WirePeer(
        connection -> {
          connection.readHead();
          connection.send(answer);
          connection.readRest();
        });
  }

  @Test
  void timeoutsAreTheBuildersOwn() throws Exception {
    Duration tiny = Duration.ofMillis(1);
    Limits limits = Limits.standard().withResponse(Duration.ofMillis(300));
    try (WirePeer peer = new WirePeer(WirePeer.Connection::readRest);
        Client client =
            Client.of(
                limits,
                callers -> callers.readTimeout(tiny).writeTimeout(tiny).callTimeout(tiny))) {
      DeadlineExceededException e =
          assertThrows(DeadlineExceededException.class, () -> client.get(peer.url("/")));
      assertThat(e.limitDuration()).isEqualTo(limits.response());
    }
  }

  @Test
  void interceptorsListenersNamesAndSocketsAreTheCallers() throws Exception {
    assertUsed(callers -> callers.addInterceptor(chain -> chain.proceed(count(chain.request()))));
    assertUsed(
        callers -> callers.addNetworkInterceptor(chain -> chain.proceed(count(chain.request()))));
    assertUsed(callers -> callers.eventListener(counting()));
    assertUsed(callers -> callers.eventListenerFactory(call -> counting()));
    assertUsed(callers -> callers.dns(host -> count(List.of(InetAddress.getLoopbackAddress()))));
    assertUsed(callers -> callers.socketFactory(new CountingSockets()));
    assertUsed(callers -> callers.proxySelector(new CountingProxies()));
  }

  private void assertUsed(Consumer<OkHttpClient.Builder> part) throws Exception {
    int before = used.get();
    try (WirePeer peer = numbering();
        Client client = Client.of(Limits.standard(), part)) {
      get(client, peer.url("/").newBuilder().host("localhost").build());
    }
    assertThat(used.get()).isGreaterThan(before);
  }

  /** Or a longer request would wait for a late acknowledgement of its first part. */
  @Test
  void noRequestWaitsForTheAcknowledgementOfItsFirstPart() throws Exception {
    AtomicBoolean sentAtOnce = new AtomicBoolean();
    Interceptor looking =
        chain -> {
          Response response = chain.proceed(chain.request());
          sentAtOnce.set(requireNonNull(chain.connection()).socket().getTcpNoDelay());
          return response;
        };
    try (WirePeer peer = numbering();
        Client client =
            Client.of(Limits.standard(), callers -> callers.addNetworkInterceptor(looking))) {
      get(client, peer.url("/"));
    }
    assertThat(sentAtOnce).isTrue();
  }

  @Test
  void requestsGoByTheProxyOfTheCaller() throws Exception {
    try (WirePeer proxy = numbering()) {
      InetSocketAddress address =
          new InetSocketAddress(InetAddress.getLoopbackAddress(), proxy.url("/").port());
      try (Client client =
          Client.of(
              Limits.standard(), callers -> callers.proxy(new Proxy(Proxy.Type.HTTP, address)))) {
        get(client, HttpUrl.get("http://sandbox.invalid/path"));
        assertThat(proxy.heads()).allMatch(head -> head.startsWith("GET http://sandbox.invalid/"));
      }
    }
  }

  private <T> T count(T value) {
    used.incrementAndGet();
    return value;
  }

  private EventListener counting() {
    return new EventListener() {
      @Override
      public void callStart(Call call) {
        used.incrementAndGet();
      }
    };
  }

  private final class CountingSockets extends SocketFactory {
    private final SocketFactory sockets = SocketFactory.getDefault();

    @Override
    public java.net.Socket createSocket() throws IOException {
      return count(sockets.createSocket());
    }

    @Override
    public java.net.Socket createSocket(String host, int port) throws IOException {
      return count(sockets.createSocket(host, port));
    }

    @Override
    public java.net.Socket createSocket(String host, int port, InetAddress local, int localPort)
        throws IOException {
      return count(sockets.createSocket(host, port, local, localPort));
    }

    @Override
    public java.net.Socket createSocket(InetAddress host, int port) throws IOException {
      return count(sockets.createSocket(host, port));
    }

    @Override
    public java.net.Socket createSocket(
        InetAddress host, int port, InetAddress local, int localPort) throws IOException {
      return count(sockets.createSocket(host, port, local, localPort));
    }
  }

  private final class CountingProxies extends ProxySelector {
    @Override
    public List<Proxy> select(URI uri) {
      return count(List.of(Proxy.NO_PROXY));
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException failure) {}
  }
}
