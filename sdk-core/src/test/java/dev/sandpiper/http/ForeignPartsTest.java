package dev.sandpiper.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sandpiper.CancelledException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.testing.Patience;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.net.SocketFactory;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.EventListener;
import okhttp3.Interceptor;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.BufferedSource;
import okio.ForwardingSource;
import okio.Okio;
import okio.Source;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What parts of a caller's OkHttp client throw that is no IOException. */
@Timeout(20)
class ForeignPartsTest {
  private static final String ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

  private final AtomicInteger thrown = new AtomicInteger();

  @AfterEach
  void nothingIsLeft() {
    Patience.untilNoThreadIsLeft();
  }

  static Stream<Arguments> partsThatFailBeforeAnythingIsSent() {
    return Stream.of(
        part("an interceptor", bug -> bug.builder.addInterceptor(chain -> bug.fail())),
        part("a network interceptor", bug -> bug.builder.addNetworkInterceptor(bug::failAtOnce)),
        part("a DNS", bug -> bug.builder.dns(host -> bug.fail())),
        part("a socket factory", bug -> bug.builder.socketFactory(new FailingSockets(bug))),
        part("a proxy selector", bug -> bug.builder.proxySelector(new FailingProxies(bug))),
        part("a listener's factory", bug -> bug.builder.eventListenerFactory(call -> bug.fail())),
        part("a listener of the beginning", bug -> bug.builder.eventListener(bug.callStart())));
  }

  static Stream<Arguments> partsThatFailAfterSomethingWasSent() {
    return Stream.of(
        part("an interceptor", bug -> bug.builder.addInterceptor(bug::failBehind)),
        part("a network interceptor", bug -> bug.builder.addNetworkInterceptor(bug::failBehind)),
        part("a listener of the head", bug -> bug.builder.eventListener(bug.responseHeaders())));
  }

  private static Arguments part(String name, Consumer<Bug> install) {
    return Arguments.of(name, install);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("partsThatFailAfterSomethingWasSent")
  void failureAfterSomethingWasSentIsTypedAndLeavesOpenWhatHappened(
      String name, Consumer<Bug> install) throws Exception {
    for (Throwable bug : bugs()) {
      try (WirePeer peer = answering();
          ClientResources client = client(install, bug)) {
        SandboxException e = failure(client, peer);

        assertThat(e).isInstanceOf(PlatformException.class).hasCause(bug);
        assertThat(e.retryable()).isFalse();
        assertThat(e.status()).isEmpty();
        assertThat(e)
            .hasMessageContaining(bug.getClass().getName())
            .hasMessageNotContaining("oops");
        assertThat(peer.heads()).hasSize(1);
        Patience.until("the connection is closed", () -> !peer.rests().isEmpty());
      }
    }
    assertThat(thrown).hasValue(2);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("partsThatFailBeforeAnythingIsSent")
  void failureBeforeAnythingWasSentIsTypedAndMayBeRepeated(String name, Consumer<Bug> install)
      throws Exception {
    for (Throwable bug : bugs()) {
      try (WirePeer peer = answering();
          ClientResources client = client(install, bug)) {
        SandboxException e = failure(client, peer);

        assertThat(e).isInstanceOf(PlatformException.class).hasCause(bug);
        peer.assertNothingWasSent();
      }
    }
    assertThat(thrown.get()).isGreaterThanOrEqualTo(2);
  }

  @Test
  void interceptorThatFailsAtOnceHasSentNothing() throws Exception {
    try (WirePeer peer = answering();
        ClientResources client =
            client(bug -> bug.builder.addInterceptor(chain -> bug.fail()), bugs().get(0))) {
      assertThat(failure(client, peer).retryable()).isTrue();
      peer.assertNothingWasSent();
    }
  }

  @Test
  void listenerThatFailsAtTheEndOfTheBodyFailsTheRead() throws Exception {
    IllegalStateException bug = new IllegalStateException("oops");
    try (WirePeer peer = answering();
        ClientResources client = client(it -> it.builder.eventListener(it.bodyEnd()), bug);
        HttpResponse response = get(client, peer)) {
      assertThat(catchThrowable(() -> response.readAll(10)))
          .isInstanceOf(PlatformException.class)
          .hasCause(bug);
      Patience.until("the connection is closed", () -> !peer.rests().isEmpty());
    }
    assertThat(thrown.get()).isPositive();
  }

  @Test
  void bodyOfAnInterceptorThatThrowsFailsTheRead() throws Exception {
    IllegalStateException bug = new IllegalStateException("oops");
    try (WirePeer peer = answering();
        ClientResources client = client(it -> it.builder.addInterceptor(it::failInBody), bug);
        HttpResponse response = get(client, peer)) {
      assertThat(catchThrowable(() -> response.readAll(10)))
          .isInstanceOf(PlatformException.class)
          .hasCause(bug);
    }
  }

  @Test
  void listenerThatFailsWhileAnAnswerIsClosedIsNotTheCallersTrouble() throws Exception {
    IllegalStateException bug = new IllegalStateException("oops");
    try (WirePeer peer = answering();
        ClientResources client = client(it -> it.builder.eventListener(it.callOver()), bug)) {
      get(client, peer).close();
    }
    assertThat(thrown.get()).isPositive();
  }

  @Test
  void listenerThatFailsInCancelLeavesTheStopAsItIs() throws Exception {
    IllegalStateException bug = new IllegalStateException("oops");
    try (WirePeer peer = new WirePeer(WirePeer.Connection::readRest);
        ClientResources client = client(it -> it.builder.eventListener(it.canceled()), bug)) {
      CallScope scope = CallScope.open();
      HttpRequest request = Client.request("GET", peer.url("/")).in(scope);
      Caller caller =
          Caller.start(() -> client.transport().send(request)).blockedIn("java.net.Socket");
      scope.cancel();

      assertThat(caller.failureWithin(2_000)).isInstanceOf(CancelledException.class);
    }
    assertThat(thrown.get()).isPositive();
  }

  @Test
  void errorOfTheJvmIsPassedOn() throws Exception {
    OutOfMemoryError bug = new OutOfMemoryError("made up");
    try (WirePeer peer = answering();
        ClientResources client = client(it -> it.builder.addInterceptor(chain -> it.fail()), bug)) {
      assertThat(assertThrows(OutOfMemoryError.class, () -> get(client, peer))).isSameAs(bug);
      peer.assertNothingWasSent();
    }
  }

  /** Some interceptors make a request of their own, without what we had put into ours. */
  @Test
  void interceptorMayReplaceTheRequest() throws Exception {
    Interceptor anew =
        chain ->
            chain.proceed(new Request.Builder().url(chain.request().url()).tag("its own").build());
    try (WirePeer peer = answering();
        ClientResources client =
            client(it -> it.builder.addInterceptor(anew).addNetworkInterceptor(anew), null);
        HttpResponse response = get(client, peer)) {
      assertThat(response.readAll(10)).hasSize(2);
    }
  }

  private static List<Throwable> bugs() {
    return List.of(new IllegalStateException("oops"), new NoSuchMethodError("oops"));
  }

  /** OkHttp loses count of a connection whose call a part of it has failed. */
  private ClientResources client(Consumer<Bug> install, @Nullable Throwable bug) {
    OkHttpClient.Builder callers = new OkHttpClient.Builder();
    install.accept(new Bug(callers, bug));
    return new ClientResources(callers.build(), null, Limits.standard(), Protocols.standard());
  }

  private static HttpResponse get(ClientResources client, WirePeer peer) {
    return client.transport().send(Client.request("GET", peer.url("/")));
  }

  private static SandboxException failure(ClientResources client, WirePeer peer) {
    HttpRequest post =
        Client.request("POST", peer.url("/").newBuilder().host("localhost").build())
            .withBody(HttpBody.of("text/plain", new byte[10]));
    return assertThrows(SandboxException.class, () -> client.transport().send(post));
  }

  private static WirePeer answering() throws IOException {
    return new WirePeer(
        connection -> {
          connection.readHead();
          connection.send(ANSWER);
          connection.readRest();
        });
  }

  /** Throws wherever it is asked to. */
  private final class Bug {
    final OkHttpClient.Builder builder;
    private final @Nullable Throwable failure;

    Bug(OkHttpClient.Builder builder, @Nullable Throwable failure) {
      this.builder = builder;
      this.failure = failure;
    }

    @SuppressWarnings("TypeParameterUnusedInFormals")
    <T> T fail() {
      thrown.incrementAndGet();
      if (failure instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) failure;
    }

    Response failAtOnce(Interceptor.Chain chain) {
      return fail();
    }

    Response failBehind(Interceptor.Chain chain) throws IOException {
      chain.proceed(chain.request());
      return fail();
    }

    Response failInBody(Interceptor.Chain chain) throws IOException {
      Response response = chain.proceed(chain.request());
      ResponseBody body = new FailingBody(this, response.body());
      return response.newBuilder().body(body).build();
    }

    EventListener callStart() {
      return new EventListener() {
        @Override
        public void callStart(Call call) {
          fail();
        }
      };
    }

    EventListener responseHeaders() {
      return new EventListener() {
        @Override
        public void responseHeadersEnd(Call call, Response response) {
          fail();
        }
      };
    }

    EventListener bodyEnd() {
      return new EventListener() {
        @Override
        public void responseBodyEnd(Call call, long byteCount) {
          fail();
        }
      };
    }

    EventListener callOver() {
      return new EventListener() {
        @Override
        public void connectionReleased(Call call, Connection connection) {
          fail();
        }

        @Override
        public void callFailed(Call call, IOException e) {
          fail();
        }
      };
    }

    EventListener canceled() {
      return new EventListener() {
        @Override
        public void canceled(Call call) {
          fail();
        }
      };
    }
  }

  private static final class FailingBody extends ResponseBody {
    private final Bug bug;
    private final ResponseBody body;

    FailingBody(Bug bug, ResponseBody body) {
      this.bug = bug;
      this.body = body;
    }

    @Override
    public MediaType contentType() {
      return body.contentType();
    }

    @Override
    public long contentLength() {
      return -1;
    }

    @Override
    public BufferedSource source() {
      Source failing =
          new ForwardingSource(body.source()) {
            @Override
            public long read(Buffer sink, long byteCount) {
              return bug.<Long>fail();
            }
          };
      return Okio.buffer(failing);
    }
  }

  private static final class FailingSockets extends SocketFactory {
    private final Bug bug;

    FailingSockets(Bug bug) {
      this.bug = bug;
    }

    @Override
    public Socket createSocket() {
      return bug.fail();
    }

    @Override
    public Socket createSocket(String host, int port) {
      return bug.fail();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort) {
      return bug.fail();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) {
      return bug.fail();
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) {
      return bug.fail();
    }
  }

  private static final class FailingProxies extends ProxySelector {
    private final Bug bug;

    FailingProxies(Bug bug) {
      this.bug = bug;
    }

    @Override
    public List<Proxy> select(URI uri) {
      return bug.fail();
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException failure) {}
  }
}
