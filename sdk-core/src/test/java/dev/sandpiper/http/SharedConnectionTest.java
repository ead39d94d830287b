package dev.sandpiper.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.CancelledException;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.Content;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.HttpVersion;
import dev.sandpiper.testing.Patience;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls that share one HTTP/2 connection, or wait for it, and do each other no harm. */
@Timeout(20)
class SharedConnectionTest {
  private static final long SOON = 500;
  private static final List<Integer> CANCELLED = List.of(Http2Peer.CANCEL);

  private final Client client = Client.http2();

  @AfterEach
  void nothingIsLeft() {
    assertThat(Thread.interrupted()).describedAs("a test left the interrupt flag").isFalse();
    client.close();
  }

  /** The first answer never comes, and the second request does not wait for it. */
  @Test
  void slowFirstAnswerHoldsNobodyUp() throws Exception {
    CallScope end = CallScope.open();
    try (Http2Peer peer = new Http2Peer(100, SharedConnectionTest::answerAllButTheFirst)) {
      Caller first =
          Caller.start(() -> client.send(Client.request("GET", peer.url()).in(end).unlimited()))
              .blockedIn("Http2Stream");
      try (HttpResponse second = client.get(peer.url())) {
        assertThat(second.readAll(10)).asString(UTF_8).isEqualTo("ok");
      }
      assertThat(peer.connections()).isEqualTo(1);
      end.cancel();
      assertThat(first.failureWithin(SOON)).isInstanceOf(CancelledException.class);
      Patience.until("the peer was told", () -> peer.resets().equals(CANCELLED));
    }
  }

  @Test
  void closingAnUnreadAnswerEndsItsStreamAndNoOther() throws Exception {
    try (Http2Peer peer = new Http2Peer(100, Http2Peer.Request::head);
        HttpResponse kept = client.get(peer.url())) {
      client.get(peer.url()).close();

      Patience.until("the peer was told", () -> peer.resets().equals(CANCELLED));
      peer.requests().get(0).body("still here");
      assertThat(kept.readAll(20)).asString(UTF_8).isEqualTo("still here");
      assertThat(peer.connections()).isEqualTo(1);
    }
  }

  @Test
  void interruptOfOneReaderEndsItsStreamAndNoOther() throws Exception {
    try (Http2Peer peer = new Http2Peer(100, Http2Peer.Request::head);
        HttpResponse kept = client.get(peer.url());
        HttpResponse interrupted = client.get(peer.url())) {
      Caller caller = Caller.start(() -> interrupted.source().readByte()).blockedIn("Http2Stream");
      caller.interrupt();

      assertThat(caller.failureWithin(SOON)).isInstanceOf(CancelledException.class);
      assertThat(caller.wasFlagged()).isTrue();
      Patience.until("the peer was told", () -> peer.resets().equals(CANCELLED));
      peer.requests().get(0).body("still here");
      assertThat(kept.readAll(20)).asString(UTF_8).isEqualTo("still here");
    }
  }

  @Test
  void interruptOfOneWriterEndsItsStreamAndNoOther() throws Exception {
    try (Http2Peer peer = new Http2Peer(100, Http2Peer.Request::head);
        HttpResponse kept = client.get(peer.url())) {
      HttpRequest upload =
          Client.request("POST", peer.url())
              .withBody(HttpBody.of("text/plain", Content.of(new byte[1 << 20])));
      // The peer opens no window beyond the first 64 KiB.
      Caller caller = Caller.start(() -> client.send(upload)).blockedIn("Http2");
      // A stream that has not begun is not reset.
      Patience.until("it waits for the window", () -> caller.staysIn("Http2"));
      caller.interrupt();

      assertThat(caller.failureWithin(SOON)).isInstanceOf(CancelledException.class);
      assertThat(caller.wasFlagged()).isTrue();
      Patience.until("the peer was told", () -> peer.resets().equals(CANCELLED));
      peer.requests().get(0).body("still here");
      assertThat(kept.readAll(20)).asString(UTF_8).isEqualTo("still here");
    }
  }

  /** Nothing frees a thread in the middle of a write to a shared socket, but the socket's end. */
  @Test
  void writerThatIsStuckInTheSocketIsFreedAtTheCostOfTheConnection() throws Exception {
    try (Http2Peer peer = new Http2Peer(100, Http2Peer.Request::head);
        HttpResponse shared = client.get(peer.url())) {
      peer.readNothing();
      HttpRequest upload =
          Client.request("POST", peer.url())
              .withBody(HttpBody.of("text/plain", Content.of(new byte[32 << 20])));
      Caller caller = Caller.start(() -> client.send(upload)).blockedIn("java.net.Socket");
      Patience.until("it is stuck", () -> caller.staysIn("java.net.Socket"));
      caller.interrupt();

      assertThat(caller.failureWithin(6_000)).isInstanceOf(CancelledException.class);
      assertThat(caller.wasFlagged()).isTrue();
      assertThatThrownBy(() -> shared.source().readByte()).isInstanceOf(IOException.class);
    }
  }

  @Test
  void silenceOfOneStreamIsNoSilenceOfTheOthers() throws Exception {
    try (Http2Peer peer = new Http2Peer(100, Http2Peer.Request::head);
        HttpResponse kept = client.get(peer.url());
        HttpResponse silent = client.get(peer.url())) {
      silent.limitIdle(Duration.ofMillis(200));

      assertThatThrownBy(() -> silent.source().readByte())
          .isInstanceOf(DeadlineExceededException.class)
          .hasMessageContaining("nothing arrived within the idle limit of 200 ms");
      peer.requests().get(0).body("still here");
      assertThat(kept.readAll(20)).asString(UTF_8).isEqualTo("still here");
    }
  }

  @Test
  void closingTheClientFreesReadersAndThoseWhoWaitForAConnection() throws Exception {
    try (ServerSocket mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Http2Peer peer = new Http2Peer(100, Http2Peer.Request::head);
        HttpResponse response = client.get(peer.url())) {
      HttpUrl url = HttpUrl.get("https://127.0.0.1:" + mute.getLocalPort());
      Caller reader = Caller.start(() -> response.source().readByte()).blockedIn("Http2Stream");
      Caller connects = Caller.start(() -> client.get(url)).blockedIn("ConnectPlan");
      Caller waits = Caller.start(() -> client.get(url)).blockedIn("SignalOnce");
      client.resources().close();

      assertThat(reader.failureWithin(SOON)).isInstanceOf(CancelledException.class);
      assertThat(connects.failureWithin(SOON)).isInstanceOf(CancelledException.class);
      assertThat(waits.failureWithin(SOON)).isInstanceOf(CancelledException.class);
    }
  }

  /** A server that takes connections and never says a word of TLS. */
  @Test
  void whoWaitsForAnothersConnectionCanBeInterruptedAndCancelled() throws Exception {
    CallScope end = CallScope.open();
    try (ServerSocket mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      HttpUrl url = HttpUrl.get("https://127.0.0.1:" + mute.getLocalPort());
      Caller first =
          Caller.start(() -> client.send(Client.request("GET", url).in(end).unlimited()))
              .blockedIn("ConnectPlan");
      Caller second = Caller.start(() -> client.get(url)).blockedIn("SignalOnce");
      Caller third =
          Caller.start(() -> client.send(Client.request("GET", url).in(end).unlimited()))
              .blockedIn("SignalOnce");
      second.interrupt();

      assertThat(second.failureWithin(SOON)).isInstanceOf(CancelledException.class);
      assertThat(second.wasFlagged()).isTrue();
      end.cancel();
      assertThat(third.failureWithin(SOON)).isInstanceOf(CancelledException.class);
      assertThat(first.failureWithin(SOON)).isInstanceOf(CancelledException.class);
    }
  }

  @Test
  void whoWaitsForAnothersConnectionHasItsOwnConnectLimit() throws Exception {
    Limits limits = Limits.standard().withConnect(Duration.ofMillis(300));
    try (Client patient = new Client(limits, Protocols.standard());
        ServerSocket mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      HttpUrl url = HttpUrl.get("https://127.0.0.1:" + mute.getLocalPort());
      Caller first = Caller.start(() -> patient.send(post(url))).blockedIn("ConnectPlan");
      Caller second = Caller.start(() -> patient.send(post(url))).blockedIn("SignalOnce");

      assertThat(second.failureWithin(5000))
          .isInstanceOf(DeadlineExceededException.class)
          .hasMessageContaining("within the connect limit of 300 ms");
      assertThat(first.failureWithin(5000)).isInstanceOf(DeadlineExceededException.class);
    }
  }

  /** Whoever gives up on a dead connection leaves it to the next; a ping tells. */
  @Test
  void deadConnectionIsNoticedWithoutAnyLimit() throws Exception {
    OkHttpClient pinging =
        new OkHttpClient.Builder()
            .connectionPool(new ConnectionPool(5, 1, TimeUnit.MINUTES))
            .pingInterval(Duration.ofMillis(200))
            .build();
    Protocols http2 = Protocols.all(HttpVersion.HTTP_2);
    try (var resources = new ClientResources(pinging, null, Limits.standard(), http2);
        Http2Peer peer = new Http2Peer(100, Http2Peer.Request::head)) {
      HttpRequest request = Client.request("GET", peer.url()).unlimited();
      try (HttpResponse response = resources.transport().send(request)) {
        peer.goDeaf();
        assertThatThrownBy(() -> response.source().readByte()).isInstanceOf(IOException.class);
      }
      assertThatThrownBy(() -> resources.transport().send(request))
          .isInstanceOf(ConnectionLostException.class);
      assertThat(peer.connections()).isEqualTo(2);
    } finally {
      pinging.connectionPool().evictAll();
    }
  }

  @Test
  void processStreamsCanHaveConnectionsOfTheirOwn() throws Exception {
    Protocols mixed = new Protocols(HttpVersion.HTTP_2, HttpVersion.HTTP_1_1);
    try (Client both = new Client(Limits.standard(), mixed);
        WirePeer http1 = answeringOnce();
        Http2Peer http2 = new Http2Peer(100, request -> request.answer("ok"))) {
      both.get(http2.url()).close();
      both.send(Client.request("GET", http1.url("/")).asProcessStream()).close();

      assertThat(http1.heads()).hasSize(1);
      assertThat(http2.requests()).hasSize(1);
    }
  }

  private static WirePeer answeringOnce() throws IOException {
    return new WirePeer(
        connection -> {
          connection.readHead();
          connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        });
  }

  private static HttpRequest post(HttpUrl url) {
    return Client.request("POST", url);
  }

  private static void answerAllButTheFirst(Http2Peer.Request request) throws IOException {
    if (!request.isFirst()) {
      request.answer("ok");
    }
  }
}
