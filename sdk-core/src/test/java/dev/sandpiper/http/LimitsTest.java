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
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import okhttp3.HttpUrl;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The limits of a client, by a time that a test drives; {@link CallWatchTest} has the real one. */
@Timeout(20)
class LimitsTest {
  private static final Duration SHORT = Duration.ofMillis(150);
  private static final Duration MINUTE = Duration.ofSeconds(60);
  private static final Limits STANDARD = Limits.standard();
  private static final Limits NONE = new Limits(Duration.ZERO, Duration.ZERO, Duration.ZERO);
  private static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n";

  private final ManualTime time = new ManualTime();
  private final Client client = new Client(STANDARD, time);

  @AfterEach
  void nothingIsLeft() {
    client.close();
  }

  @Test
  void connectLimitIsNamedWithItsValueAndSetting() throws Exception {
    try (FullHost host = new FullHost();
        Client impatient = new Client(STANDARD.withConnect(SHORT))) {
      DeadlineExceededException e = exceeded(() -> impatient.get(host.url()));

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
        Client impatient = new Client(STANDARD.withConnect(SHORT))) {
      HttpUrl url = peer.url("/").newBuilder().scheme("https").build();
      DeadlineExceededException e = exceeded(() -> impatient.get(url));

      assertThat(e.limit()).isEqualTo(Limit.CONNECT);
      assertThat(e.retryable()).isTrue();
    }
  }

  @Test
  void responseLimitIsNamedWithItsValueAndSetting() throws Exception {
    try (WirePeer peer = silentAfter("")) {
      DeadlineExceededException e = exceededAfter(MINUTE, asking(peer, get(peer)));

      assertThat(e.limit()).isEqualTo(Limit.RESPONSE);
      assertThat(e.limitDuration()).isEqualTo(MINUTE);
      assertThat(e.retryable()).isFalse();
      assertThat(e).hasMessageContaining("response limit of 60 s (the client's responseLimit)");
      assertThat(peer.heads()).hasSize(1);
    }
  }

  @Test
  void answerAtTheLastMomentIsInTime() throws Exception {
    CountDownLatch answer = new CountDownLatch(1);
    try (WirePeer peer = inTwoParts("", answer, HEAD + "abcdef")) {
      Call<HttpResponse> asking = asking(peer, get(peer));
      time.advance(MINUTE.minusNanos(1));
      answer.countDown();
      try (HttpResponse response = asking.result()) {
        assertThat(response.readAll(10)).asString(UTF_8).isEqualTo("abcdef");
      }
    }
  }

  /** Each drop comes in time, and the whole never. */
  @Test
  void answerThatComesByDropsIsTheResponseLimit() throws Exception {
    Semaphore drops = new Semaphore(0);
    try (WirePeer peer =
            new WirePeer(
                connection -> {
                  connection.readHead();
                  connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
                  while (true) {
                    drops.acquire();
                    connection.send("x");
                  }
                });
        Client never = new Client(STANDARD.withIdle(Duration.ZERO), time);
        HttpResponse response = never.get(peer.url("/"))) {
      Call<byte[]> reader = new Call<>(() -> response.readAll(1 << 20));
      reader.blockedIn("java.net.Socket");
      time.advance(MINUTE);
      drops.release();
      DeadlineExceededException e = exceeded(reader::result);

      assertThat(e.limit()).isEqualTo(Limit.RESPONSE);
      assertThat(e.limitDuration()).isEqualTo(MINUTE);
    }
  }

  @Test
  void headThatStopsHalfwayIsTheResponseLimit() throws Exception {
    try (WirePeer peer = silentAfter("HTTP/1.1 200 OK\r\nContent-")) {
      assertThat(exceededAfter(MINUTE, asking(peer, get(peer))).limit()).isEqualTo(Limit.RESPONSE);
    }
  }

  @Test
  void whoWaitedForAWholeAnswerIsNotMadeToWaitAgain() throws Exception {
    try (WirePeer peer = silentAfter("")) {
      assertThat(exceededAfter(MINUTE, asking(peer, harmless(get(peer)))).retryable()).isTrue();
      assertThat(peer.heads()).hasSize(1);
    }
  }

  @Test
  void idleLimitIsNamedWithItsValueAndSetting() throws Exception {
    try (WirePeer peer = silentAfter(HEAD + "abc");
        HttpResponse response = client.get(peer.url("/"))) {
      assertThat(response.source().readUtf8(3)).isEqualTo("abc");
      Call<String> reader = new Call<>(() -> response.source().readUtf8(3));
      reader.blockedIn("java.net.Socket");
      DeadlineExceededException e = exceededAfter(MINUTE, reader);

      assertThat(e.limit()).isEqualTo(Limit.IDLE);
      assertThat(e.limitDuration()).isEqualTo(MINUTE);
      assertThat(e).hasMessageContaining("idle limit of 60 s (the client's idleLimit)");
    }
  }

  /** The limits of the call are long past when the reader comes back. */
  @Test
  void slowReaderIsNoLostConnection() throws Exception {
    CountDownLatch rest = new CountDownLatch(1);
    try (WirePeer peer = inTwoParts(HEAD + "abc", rest, "def");
        HttpResponse response = client.get(peer.url("/"))) {
      assertThat(response.source().readUtf8(3)).isEqualTo("abc");
      time.advance(Duration.ofHours(1));
      rest.countDown();

      assertThat(response.source().readUtf8(3)).isEqualTo("def");
    }
  }

  @Test
  void eachPieceStartsTheIdleClockAgain() throws Exception {
    Semaphore drops = new Semaphore(0);
    try (WirePeer peer = dropping("abcdef", drops);
        HttpResponse response = client.get(peer.url("/"))) {
      StringBuilder read = new StringBuilder();
      for (int drop = 0; drop < 6; drop++) {
        Call<String> reader = new Call<>(() -> response.source().readUtf8(1));
        reader.blockedIn("java.net.Socket");
        time.advance(MINUTE.minusNanos(1));
        drops.release();
        read.append(reader.result());
      }
      assertThat(read).hasToString("abcdef");
    }
  }

  /** A body that keeps coming would pass every limit on silence. */
  @Test
  void limitOfOneRequestCoversItsWholeBody() throws Exception {
    Duration limit = Duration.ofMinutes(5);
    Semaphore drops = new Semaphore(0);
    try (WirePeer peer = dropping("abcdef", drops);
        HttpResponse response = client.send(harmless(within(limit, get(peer))))) {
      Call<String> reader = new Call<>(() -> response.source().readUtf8());
      for (int drop = 0; drop < 5; drop++) {
        time.advance(MINUTE);
        drops.release();
      }
      DeadlineExceededException e = exceeded(reader::result);

      assertThat(e.limit()).isEqualTo(Limit.RESPONSE);
      assertThat(e.limitDuration()).isEqualTo(limit);
      assertThat(e).hasMessageContaining("not completed within its limit of 300 s");
    }
  }

  @Test
  void limitOfOneRequestCoversItsHead() throws Exception {
    Duration limit = Duration.ofMinutes(5);
    try (WirePeer peer = silentAfter("")) {
      HttpRequest request = within(limit, get(peer));

      assertThat(exceededAfter(limit, asking(peer, request)).limitDuration()).isEqualTo(limit);
      assertThat(peer.heads()).hasSize(1);
    }
  }

  @Test
  void limitOfOneRequestPassesWhileNobodyReads() throws Exception {
    Duration limit = Duration.ofMinutes(5);
    try (WirePeer peer = silentAfter(HEAD + "abcdef");
        HttpResponse response = client.send(within(limit, get(peer)))) {
      assertThat(response.source().readUtf8(3)).isEqualTo("abc");
      time.advance(limit.minus(SHORT));
      response.rejectIfStopped();
      time.advance(SHORT);

      assertThat(exceeded(response::rejectIfStopped).limitDuration()).isEqualTo(limit);
    }
  }

  @Test
  void zeroMeansNoLimit() throws Exception {
    CountDownLatch rest = new CountDownLatch(1);
    try (WirePeer peer = inTwoParts("", rest, HEAD + "abcdef");
        Client patient = new Client(NONE, time)) {
      Call<HttpResponse> asking = new Call<>(() -> patient.get(peer.url("/")));
      untilAsked(peer);
      time.advance(Duration.ofHours(1));
      rest.countDown();
      try (HttpResponse response = asking.result()) {
        assertThat(response.readAll(10)).asString(UTF_8).isEqualTo("abcdef");
      }
    }
  }

  @Test
  void peerThatTakesNothingIsTheResponseLimit() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    try (WirePeer peer = new WirePeer(connection -> never.await())) {
      Call<HttpResponse> sending =
          new Call<>(() -> client.send(upload(peer, Content.of(new byte[32 << 20]))));
      sending.blockedIn("java.net.Socket$SocketOutputStream");
      while (!sending.isOver()) { // each piece that the sockets' buffers take begins it anew
        time.advance(MINUTE);
      }
      assertThat(exceeded(sending::result).limit()).isEqualTo(Limit.RESPONSE);
      never.countDown();
    }
  }

  /** The clock stands still while the caller's own content is read. */
  @Test
  void slowContentIsNoSilentPeer() throws Exception {
    try (WirePeer peer = silentAfter(HEAD + "thanks");
        HttpResponse response = client.send(upload(peer, Content.of(SlowContent::new)))) {
      assertThat(response.status()).isEqualTo(200);
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

  private DeadlineExceededException exceededAfter(Duration limit, Call<?> call) {
    time.advance(limit);
    return exceeded(call::result);
  }

  private static HttpRequest get(WirePeer peer) {
    return Client.request("GET", peer.url("/"));
  }

  private HttpRequest within(Duration limit, HttpRequest request) {
    return request.in(CallScope.open(time)).within(limit);
  }

  private static HttpRequest upload(WirePeer peer, Content content) {
    return Client.request("POST", peer.url("/")).withBody(HttpBody.of("text/plain", content));
  }

  /** Returns when the request has arrived. */
  private Call<HttpResponse> asking(WirePeer peer, HttpRequest request) {
    Call<HttpResponse> asking = new Call<>(() -> client.send(request));
    untilAsked(peer);
    return asking;
  }

  private static void untilAsked(WirePeer peer) {
    Patience.until("the request has arrived", () -> !peer.heads().isEmpty());
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

  private static WirePeer dropping(String text, Semaphore drops) throws IOException {
    return new WirePeer(
        connection -> {
          connection.readHead();
          connection.send(HEAD);
          for (int i = 0; i < text.length(); i++) {
            drops.acquire();
            connection.send(text.substring(i, i + 1));
          }
        });
  }

  /** A call on a thread of its own. */
  private static final class Call<T> {
    private final FutureTask<T> task;
    private final Thread thread;

    Call(Callable<T> call) {
      task = new FutureTask<>(call);
      thread = new Thread(task, "caller");
      thread.setDaemon(true);
      thread.start();
    }

    void blockedIn(String className) {
      Patience.until("it is blocked in " + className, () -> Patience.isInside(thread, className));
    }

    boolean isOver() {
      return task.isDone();
    }

    /** What it returned, or throws what it threw. */
    T result() throws Exception {
      try {
        return task.get(10, TimeUnit.SECONDS);
      } catch (ExecutionException e) {
        throw e.getCause() instanceof Exception cause ? cause : e;
      }
    }
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
  private final class SlowContent extends InputStream {
    private int left = 3;

    @Override
    public int read() {
      time.advance(MINUTE.plusSeconds(1));
      return left-- > 0 ? 'x' : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      int one = read();
      if (one < 0) {
        return -1;
      }
      target[offset] = (byte) one;
      return 1;
    }
  }
}
