package dev.sandpiper.http;

import static dev.sandpiper.http.TestCall.harmless;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sandpiper.Content;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.DeadlineExceededException.Limit;
import dev.sandpiper.testing.Patience;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import okhttp3.HttpUrl;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class LimitsTest {
  private static final Duration SHORT = Duration.ofMillis(150);
  private static final Limits STANDARD = Limits.standard();
  private static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n";

  @Test
  void connectLimitIsNamedWithItsValueAndSetting() throws Exception {
    try (FullHost host = new FullHost();
        Client client = new Client(STANDARD.withConnect(SHORT))) {
      DeadlineExceededException e = exceeded(() -> client.get(host.url()));

      assertThat(e.limit()).isEqualTo(Limit.CONNECT);
      assertThat(e.limitDuration()).isEqualTo(SHORT);
      assertThat(e.retryable()).isTrue();
      assertThat(e)
          .hasMessageContaining("test it: no connection to 127.0.0.1:" + host.url().port())
          .hasMessageContaining("within the connect limit of 150 ms (the client's connectLimit)");
    }
  }

  /** A connection stands when it can carry a request, not before. */
  @Test
  void handshakeThatNeverEndsIsTheConnectLimit() throws Exception {
    try (WirePeer peer = new WirePeer(WirePeer.Connection::readRest);
        Client client = new Client(STANDARD.withConnect(SHORT))) {
      HttpUrl url = peer.url("/").newBuilder().scheme("https").build();
      DeadlineExceededException e = exceeded(() -> client.get(url));

      assertThat(e.limit()).isEqualTo(Limit.CONNECT);
      assertThat(e.retryable()).isTrue();
    }
  }

  @Test
  void responseLimitIsNamedWithItsValueAndSetting() throws Exception {
    try (WirePeer peer = silentAfter("");
        Client client = new Client(STANDARD.withResponse(SHORT))) {
      DeadlineExceededException e = exceeded(() -> client.get(peer.url("/")));

      assertThat(e.limit()).isEqualTo(Limit.RESPONSE);
      assertThat(e.limitDuration()).isEqualTo(SHORT);
      assertThat(e.retryable()).isFalse();
      assertThat(e).hasMessageContaining("response limit of 150 ms (the client's responseLimit)");
      assertThat(peer.heads()).hasSize(1);
    }
  }

  /** Each drop comes in time, and the whole never. */
  @Test
  void answerThatComesByDropsIsTheResponseLimit() throws Exception {
    try (WirePeer peer =
            new WirePeer(
                connection -> {
                  connection.readHead();
                  connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
                  while (true) {
                    connection.send("x");
                    Thread.sleep(20);
                  }
                });
        Client client = new Client(STANDARD.withResponse(SHORT));
        HttpResponse response = client.get(peer.url("/"))) {
      DeadlineExceededException e = exceeded(() -> response.readAll(1 << 20));

      assertThat(e.limit()).isEqualTo(Limit.RESPONSE);
      assertThat(e.limitDuration()).isEqualTo(SHORT);
    }
  }

  @Test
  void headThatStopsHalfwayIsTheResponseLimit() throws Exception {
    try (WirePeer peer = silentAfter("HTTP/1.1 200 OK\r\nContent-");
        Client client = new Client(STANDARD.withResponse(SHORT))) {
      assertThat(exceeded(() -> client.get(peer.url("/"))).limit()).isEqualTo(Limit.RESPONSE);
    }
  }

  @Test
  void whoWaitedForAWholeAnswerIsNotMadeToWaitAgain() throws Exception {
    try (WirePeer peer = silentAfter("");
        Client client = new Client(STANDARD.withResponse(SHORT))) {
      HttpRequest harmless = harmless(Client.request("GET", peer.url("/")));

      assertThat(exceeded(() -> client.send(harmless)).retryable()).isTrue();
      assertThat(peer.heads()).hasSize(1);
    }
  }

  @Test
  void idleLimitIsNamedWithItsValueAndSetting() throws Exception {
    try (WirePeer peer = silentAfter(HEAD + "abc");
        Client client = new Client(STANDARD.withIdle(SHORT));
        HttpResponse response = client.get(peer.url("/"))) {
      assertThat(response.source().readUtf8(3)).isEqualTo("abc");
      DeadlineExceededException e = exceeded(() -> response.source().readUtf8(3));

      assertThat(e.limit()).isEqualTo(Limit.IDLE);
      assertThat(e.limitDuration()).isEqualTo(SHORT);
      assertThat(e).hasMessageContaining("idle limit of 150 ms (the client's idleLimit)");
    }
  }

  /** The limits of the call are long past when the reader comes back. */
  @Test
  void slowReaderIsNoLostConnection() throws Exception {
    CountDownLatch rest = new CountDownLatch(1);
    try (WirePeer peer = inTwoParts(HEAD + "abc", rest, "def");
        Client client = new Client(STANDARD.withIdle(SHORT).withResponse(SHORT));
        HttpResponse response = client.get(peer.url("/"))) {
      assertThat(response.source().readUtf8(3)).isEqualTo("abc");
      Thread.sleep(3 * SHORT.toMillis());
      rest.countDown();

      assertThat(response.source().readUtf8(3)).isEqualTo("def");
    }
  }

  @Test
  void eachPieceStartsTheIdleClockAgain() throws Exception {
    try (WirePeer peer = droppingBytes("abcdef", SHORT.dividedBy(2));
        Client client = new Client(STANDARD.withIdle(SHORT.multipliedBy(2)));
        HttpResponse response = client.get(peer.url("/"))) {
      assertThat(response.source().readUtf8()).isEqualTo("abcdef");
    }
  }

  /** A body that keeps coming would pass every limit on silence. */
  @Test
  void limitOfOneRequestCoversItsWholeBody() throws Exception {
    Duration limit = SHORT.multipliedBy(2);
    try (WirePeer peer = droppingBytes("abcdef", SHORT);
        Client client = new Client(STANDARD);
        HttpResponse response =
            client.send(harmless(Client.request("GET", peer.url("/")).within(limit)))) {
      DeadlineExceededException e = exceeded(() -> response.source().readUtf8());

      assertThat(e.limit()).isEqualTo(Limit.RESPONSE);
      assertThat(e.limitDuration()).isEqualTo(limit);
      assertThat(e).hasMessageContaining("not over within its limit of 300 ms");
    }
  }

  @Test
  void limitOfOneRequestCoversItsHead() throws Exception {
    try (WirePeer peer = silentAfter("");
        Client client = new Client(new Limits(Duration.ZERO, Duration.ZERO, Duration.ZERO))) {
      HttpRequest request = Client.request("GET", peer.url("/")).within(SHORT);

      assertThat(exceeded(() -> client.send(request)).limitDuration()).isEqualTo(SHORT);
      assertThat(peer.heads()).hasSize(1);
    }
  }

  @Test
  void limitOfOneRequestPassesWhileNobodyReads() throws Exception {
    try (WirePeer peer = silentAfter(HEAD + "abcdef");
        Client client = new Client(STANDARD);
        HttpResponse response = client.send(Client.request("GET", peer.url("/")).within(SHORT))) {
      assertThat(response.source().readUtf8(3)).isEqualTo("abc");
      Patience.until("the call was given up", () -> isStopped(response));

      assertThat(exceeded(response::rejectIfStopped).limitDuration()).isEqualTo(SHORT);
    }
  }

  private static boolean isStopped(HttpResponse response) {
    try {
      response.rejectIfStopped();
      return false;
    } catch (DeadlineExceededException e) {
      return true;
    }
  }

  @Test
  void zeroMeansNoLimit() throws Exception {
    CountDownLatch rest = new CountDownLatch(1);
    try (WirePeer peer = inTwoParts("", rest, HEAD + "abcdef");
        Client client = new Client(new Limits(Duration.ZERO, Duration.ZERO, Duration.ZERO))) {
      Thread answerer = new Thread(rest::countDown);
      answerer.start();
      try (HttpResponse response = client.get(peer.url("/"))) {
        assertThat(response.readAll(10)).asString(UTF_8).isEqualTo("abcdef");
      }
    }
  }

  @Test
  void peerThatTakesNothingIsTheResponseLimit() throws Exception {
    try (WirePeer peer = new WirePeer(connection -> new CountDownLatch(1).await());
        Client client = new Client(STANDARD.withResponse(SHORT))) {
      HttpRequest upload =
          Client.request("POST", peer.url("/"))
              .withBody(HttpBody.of("text/plain", Content.of(new byte[32 << 20])));

      assertThat(exceeded(() -> client.send(upload)).limit()).isEqualTo(Limit.RESPONSE);
    }
  }

  /** The clock stands still while the caller's own content is read. */
  @Test
  void slowContentIsNoSilentPeer() throws Exception {
    try (WirePeer peer = silentAfter(HEAD + "thanks");
        Client client = new Client(STANDARD.withResponse(SHORT))) {
      HttpRequest upload =
          Client.request("POST", peer.url("/"))
              .withBody(HttpBody.of("text/plain", Content.of(() -> new SlowContent(SHORT))));
      try (HttpResponse response = client.send(upload)) {
        assertThat(response.status()).isEqualTo(200);
      }
    }
  }

  @Test
  void negativeLimitIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> STANDARD.withIdle(Duration.ofMillis(-1)))
        .withMessageContaining("the idle limit must not be negative");
  }

  private static DeadlineExceededException exceeded(ThrowingCallable call) {
    DeadlineExceededException e = catchThrowableOfType(DeadlineExceededException.class, call);
    assertThat(e).isNotNull();
    return e;
  }

  private static WirePeer silentAfter(String answer) throws IOException {
    return new WirePeer(
        connection -> {
          connection.readHead();
          connection.send(answer);
          connection.readRest();
        });
  }

  private static WirePeer inTwoParts(String first, CountDownLatch between, String second)
      throws IOException {
    return new WirePeer(
        connection -> {
          connection.readHead();
          connection.send(first);
          between.await();
          connection.send(second);
        });
  }

  private static WirePeer droppingBytes(String text, Duration pause) throws IOException {
    return new WirePeer(
        connection -> {
          connection.readHead();
          connection.send(HEAD);
          for (int i = 0; i < text.length(); i++) {
            Thread.sleep(pause.toMillis());
            connection.send(text.substring(i, i + 1));
          }
        });
  }

  /** A host whose queue of connections is full, so that no further one comes to stand. */
  private static final class FullHost implements AutoCloseable {
    private final ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    private final List<Socket> waiting = new ArrayList<>();

    FullHost() throws IOException {
      boolean full = false;
      while (!full) {
        Socket socket = new Socket();
        waiting.add(socket);
        try {
          socket.connect(server.getLocalSocketAddress(), 100);
        } catch (SocketTimeoutException e) {
          full = true;
        }
      }
    }

    HttpUrl url() {
      return HttpUrl.get("http://127.0.0.1:" + server.getLocalPort() + "/");
    }

    @Override
    public void close() throws IOException {
      for (Socket socket : waiting) {
        socket.close();
      }
      server.close();
    }
  }

  /** Three bytes, each after more than a limit. */
  private static final class SlowContent extends InputStream {
    private final Duration limit;
    private int left = 3;

    SlowContent(Duration limit) {
      this.limit = limit;
    }

    @Override
    public int read() throws IOException {
      try {
        Thread.sleep(limit.toMillis() + 50);
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      return left-- > 0 ? 'x' : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int one = read();
      if (one < 0) {
        return -1;
      }
      target[offset] = (byte) one;
      return 1;
    }
  }
}
