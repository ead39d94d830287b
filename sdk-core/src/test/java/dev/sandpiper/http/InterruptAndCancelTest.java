package dev.sandpiper.http;

import static dev.sandpiper.http.TestCall.harmless;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Content;
import dev.sandpiper.testing.Patience;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import okhttp3.HttpUrl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class InterruptAndCancelTest {
  private static final long SOON = 500;

  private final Client client = Client.standard();

  @AfterEach
  void nothingIsLeft() {
    assertThat(Thread.interrupted()).describedAs("a test left the interrupt flag").isFalse();
    client.close();
  }

  @Test
  void interruptFreesAThreadThatConnects() throws Exception {
    try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      List<Socket> queue = fill(full);
      HttpUrl url = HttpUrl.get("http://127.0.0.1:" + full.getLocalPort());
      Caller caller = Caller.start(() -> client.get(url)).blockedIn("ExchangeFinder");
      caller.interrupt();

      assertThat(caller.failureWithin(SOON)).isInstanceOf(CancelledException.class);
      assertThat(caller.wasFlagged()).isTrue();
      for (Socket socket : queue) {
        socket.close();
      }
    }
  }

  @Test
  void interruptFreesAThreadThatWaitsForTheHead() throws Exception {
    try (WirePeer peer = silentAfter("")) {
      Caller caller = Caller.start(() -> client.get(peer.url("/"))).blockedIn("Http1ExchangeCodec");
      caller.interrupt();

      assertThat(caller.failureWithin(SOON))
          .isInstanceOf(CancelledException.class)
          .hasMessageContaining("test it: its thread was interrupted");
      assertThat(caller.wasFlagged()).isTrue();
    }
  }

  @Test
  void interruptIsNoReasonToTryAgain() throws Exception {
    try (WirePeer peer = silentAfter("")) {
      HttpRequest harmless = harmless(Client.request("GET", peer.url("/")));
      Caller caller = Caller.start(() -> client.send(harmless)).blockedIn("Http1ExchangeCodec");
      Patience.until("the peer has read it", () -> peer.heads().size() == 1);
      caller.interrupt();

      assertThat(caller.failureWithin(SOON)).isInstanceOf(CancelledException.class);
      assertThat(peer.heads()).hasSize(1);
    }
  }

  @Test
  void cancellationFreesAThreadThatMayWaitForEver() throws Exception {
    CallScope end = CallScope.open();
    try (Client impatient = new Client(Limits.standard().withResponse(Duration.ofMillis(1)));
        WirePeer peer = silentAfter("")) {
      HttpRequest patient = Client.request("GET", peer.url("/")).in(end).unlimited();
      Caller caller = Caller.start(() -> impatient.send(patient)).blockedIn("Http1ExchangeCodec");
      TimeUnit.MILLISECONDS.sleep(150);
      end.cancel();

      assertThat(caller.failureWithin(SOON))
          .isInstanceOf(CancelledException.class)
          .hasMessageContaining("test it: it was closed");
      assertThat(caller.wasFlagged()).isFalse();
      assertThatThrownBy(() -> impatient.send(patient)).isInstanceOf(CancelledException.class);
      assertThat(peer.heads()).hasSize(1);
    }
  }

  @Test
  void interruptFreesAThreadThatReadsABody() throws Exception {
    try (WirePeer peer = silentAfter("HTTP/1.1 200 OK\r\n\r\nabc");
        HttpResponse response = client.get(peer.url("/"))) {
      assertThat(response.source().readUtf8(3)).isEqualTo("abc");
      Caller caller = Caller.start(() -> response.source().readByte()).blockedIn("WatchedSource");
      caller.interrupt();

      assertThat(caller.failureWithin(SOON)).isInstanceOf(CancelledException.class);
      assertThat(caller.wasFlagged()).isTrue();
    }
  }

  @Test
  void interruptFreesAThreadThatSends() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    try (WirePeer peer = new WirePeer(connection -> never.await())) {
      HttpRequest upload =
          Client.request("POST", peer.url("/"))
              .withBody(HttpBody.of("text/plain", Content.of(new byte[32 << 20])));
      Caller caller =
          Caller.start(() -> client.send(upload)).blockedIn("java.net.Socket$SocketOutputStream");
      caller.interrupt();

      assertThat(caller.failureWithin(SOON)).isInstanceOf(CancelledException.class);
      assertThat(caller.wasFlagged()).isTrue();
      never.countDown();
    }
  }

  @Test
  void interruptFreesAThreadWhoseContentWaits() throws Exception {
    try (WirePeer peer = silentAfter("")) {
      Content content = Content.of(WaitingContent::new);
      HttpRequest upload =
          Client.request("POST", peer.url("/")).withBody(HttpBody.of("text/plain", content));
      Caller caller = Caller.start(() -> client.send(upload)).blockedIn("WaitingContent");
      caller.interrupt();

      assertThat(caller.failureWithin(SOON)).isInstanceOf(CancelledException.class);
      assertThat(caller.wasFlagged()).isTrue();
    }
  }

  @Test
  void interruptedThreadSendsNothing() throws Exception {
    try (WirePeer peer = silentAfter("")) {
      Thread.currentThread().interrupt();

      assertThatThrownBy(() -> client.get(peer.url("/"))).isInstanceOf(CancelledException.class);
      assertThat(Thread.interrupted()).isTrue();
      peer.assertNothingWasSent();
    }
  }

  @Test
  void interruptedThreadReadsNothing() throws Exception {
    try (WirePeer peer = silentAfter("HTTP/1.1 200 OK\r\n\r\n");
        HttpResponse response = client.get(peer.url("/"))) {
      Thread.currentThread().interrupt();

      assertThatThrownBy(() -> response.source().readByte()).isInstanceOf(CancelledException.class);
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void cancelFreesABlockedReader() throws Exception {
    try (WirePeer peer = silentAfter("HTTP/1.1 200 OK\r\n\r\n");
        HttpResponse response = client.get(peer.url("/"))) {
      Caller caller = Caller.start(() -> response.source().readByte()).blockedIn("WatchedSource");
      response.cancel();

      assertThat(caller.failureWithin(SOON))
          .isInstanceOf(CancelledException.class)
          .hasMessageContaining("it was closed");
      assertThat(caller.wasFlagged()).isFalse();
    }
  }

  @Test
  void closeFreesABlockedReaderAndTakesNoTime() throws Exception {
    try (WirePeer peer = silentAfter("HTTP/1.1 200 OK\r\n\r\n")) {
      HttpResponse response = client.get(peer.url("/"));
      Caller caller = Caller.start(() -> response.source().readByte()).blockedIn("WatchedSource");
      response.close();
      response.close();

      assertThat(caller.failureWithin(SOON)).isInstanceOf(CancelledException.class);
    }
  }

  @Test
  void afterCancelNothingMoreIsReadEvenWhatHasArrived() throws Exception {
    try (WirePeer peer = silentAfter("HTTP/1.1 200 OK\r\n\r\nabc" + "d".repeat(64 << 10));
        HttpResponse response = client.get(peer.url("/"))) {
      assertThat(response.source().readUtf8(3)).isEqualTo("abc");
      response.cancel();

      assertThatThrownBy(() -> response.source().readByteArray(60 << 10))
          .isInstanceOf(CancelledException.class);
    }
  }

  @Test
  void closingTheClientFreesABlockedReader() throws Exception {
    try (WirePeer peer = silentAfter("HTTP/1.1 200 OK\r\n\r\n");
        HttpResponse response = client.get(peer.url("/"))) {
      Caller caller = Caller.start(() -> response.source().readByte()).blockedIn("WatchedSource");
      client.resources().close();

      assertThat(caller.failureWithin(SOON)).isInstanceOf(CancelledException.class);
    }
  }

  @Test
  void closedClientSendsNothing() throws Exception {
    try (WirePeer peer = silentAfter("")) {
      client.resources().close();

      assertThatThrownBy(() -> client.get(peer.url("/"))).isInstanceOf(CancelledException.class);
      peer.assertNothingWasSent();
    }
  }

  private static WirePeer silentAfter(String answer) throws IOException {
    return new WirePeer(
        connection -> {
          connection.readHead();
          connection.send(answer);
          connection.readRest();
        });
  }

  private static List<Socket> fill(ServerSocket server) throws IOException {
    List<Socket> queue = new ArrayList<>();
    while (true) {
      Socket socket = new Socket();
      queue.add(socket);
      try {
        socket.connect(server.getLocalSocketAddress(), 100);
      } catch (SocketTimeoutException e) {
        return queue;
      }
    }
  }

  /** Waits until it is interrupted, as a pipe does. */
  private static final class WaitingContent extends InputStream {
    @Override
    public int read() throws IOException {
      try {
        new CountDownLatch(1).await();
        return -1;
      } catch (InterruptedException e) {
        throw new InterruptedIOException();
      }
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      return read();
    }
  }
}
