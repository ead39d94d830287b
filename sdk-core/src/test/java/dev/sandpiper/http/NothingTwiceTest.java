package dev.sandpiper.http;

import static dev.sandpiper.http.TestCall.harmless;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sandpiper.CancelledException;
import dev.sandpiper.ConnectFailedException;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.Content;
import dev.sandpiper.Failure;
import dev.sandpiper.PlatformException;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.testing.CapturedLog;
import dev.sandpiper.testing.Patience;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicBoolean;
import okhttp3.HttpUrl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(20)
class NothingTwiceTest {
  private static final HttpBody BODY = HttpBody.of("text/plain", "12345".getBytes(UTF_8));

  private final Client client = Client.standard();

  @AfterEach
  void nothingIsLeft() {
    client.close();
  }

  @ParameterizedTest
  @CsvSource({
    "503, Retry-After: 0",
    "408, Retry-After: 0",
    "408, X: y",
    "421, X: y",
    "401, WWW-Authenticate: Basic",
    "429, Retry-After: 0",
    "302, Location: /other",
    "303, Location: /other",
    "307, Location: /other",
    "308, Location: /other"
  })
  void answerIsReturnedAndTheRequestSentOnce(int status, String header) throws Exception {
    String answer =
        "HTTP/1.1 " + status + " Whatever\r\n" + header + "\r\nContent-Length: 0\r\n\r\n";
    for (String method : new String[] {"GET", "POST", "DELETE", "PUT"}) {
      try (WirePeer peer = answering(answer);
          HttpResponse response = client.send(Client.request(method, peer.url("/")))) {
        assertThat(response.status()).isEqualTo(status);
        assertThat(peer.heads()).describedAs(method).hasSize(1);
      }
    }
  }

  /** OkHttp takes it for the answer of a proxy that is not there; an answer it is all the same. */
  @Test
  void originThatAsksForTheProxysCredentialsIsNoLostConnection() throws Exception {
    try (WirePeer peer = answering("HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n")) {
      Throwable e = catchThrowable(() -> client.send(post(peer.url("/")).withBody(BODY)));

      assertThat(e).isInstanceOf(PlatformException.class);
      assertThat(peer.heads()).hasSize(1);
    }
  }

  @Test
  void connectionThatDiesAfterTheRequestIsLostAndNotRepeated() throws Exception {
    try (WirePeer peer = new WirePeer(WirePeer.Connection::readHead)) {
      ConnectionLostException e = lost(post(peer.url("/")));

      assertThat(e.retryable()).isFalse();
      assertThat(e).hasMessage("test it: the connection closed before a response arrived");
      assertThat(peer.heads()).hasSize(1);
    }
  }

  @Test
  void resetAfterTheRequestIsLostAndNotRepeated() throws Exception {
    try (WirePeer peer = new WirePeer(NothingTwiceTest::readAndReset)) {
      assertThat(lost(Client.request("GET", peer.url("/"))).retryable()).isFalse();
      assertThat(peer.heads()).hasSize(1);
    }
  }

  /** The connection was good once, and is dead when the second request takes it from the pool. */
  @Test
  void pooledConnectionThatDiesUnderARequestIsNotReplacedSilently() throws Exception {
    try (WirePeer peer = new WirePeer(NothingTwiceTest::answerOnceThenHangUp)) {
      client.get(peer.url("/first")).close();

      assertThat(lost(post(peer.url("/second")).withBody(BODY)).retryable()).isFalse();
      assertThat(peer.heads()).hasSize(2);
    }
  }

  @Test
  void harmlessRequestSucceedsAtTheSecondAttempt() throws Exception {
    try (WirePeer peer = failingFirst("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
        HttpResponse response = client.send(harmless(Client.request("GET", peer.url("/"))))) {
      assertThat(response.readAll(10)).asString(UTF_8).isEqualTo("hi");
      assertThat(peer.heads()).hasSize(2);
    }
  }

  @Test
  void refusedConnectionIsTriedAgainForEveryRequest() throws Exception {
    HttpUrl url = urlThatNobodyListensTo();
    CapturedLog.clear();
    ConnectionLostException e = lost(post(url).withBody(BODY));

    assertThat(e).isInstanceOf(ConnectFailedException.class);
    assertThat(Restated.of(Failure.of("list", "files", ""), e))
        .isInstanceOf(ConnectFailedException.class);
    assertThat(e.retryable()).isTrue();
    assertThat(e).hasMessageContaining("test it: no connection to 127.0.0.1:" + url.port());
    assertThat(CapturedLog.lines()).filteredOn(line -> line.contains("retrying in")).hasSize(2);
  }

  @Test
  void unknownHostIsSaidInWords() {
    ConnectionLostException e = lost(post(HttpUrl.get("http://nowhere.invalid/")));

    assertThat(e.retryable()).isTrue();
    assertThat(e)
        .hasMessage("test it: no connection to nowhere.invalid:80: unknown host; check the domain");
  }

  @Test
  void answerThatIsNoHttpIsNoLostConnection() throws Exception {
    try (WirePeer peer = answering("SSH-2.0-OpenSSH_9.2\r\n\r\n")) {
      Throwable e = catchThrowable(() -> client.send(post(peer.url("/"))));

      assertThat(e).isInstanceOf(WireFormatException.class).hasMessageContaining("not valid HTTP");
      assertThat(peer.heads()).hasSize(1);
    }
  }

  private static final String GARBLED =
      "HTTP/1.1 200 OK\r\nContent-Type: text/json\r\nContent-Length: 8\r\n\r\n";

  @Test
  void anAnswerThatIsGarbledIsAskedForAgainOverAnotherConnection() throws Exception {
    try (WirePeer peer = new WirePeer(garbledFirst())) {
      HttpRequest look = harmless(Client.request("GET", peer.url("/")));

      HttpTransport transport = client.resources().transport();
      assertThat(transport.<String>ask(look, answer -> answer.json(100).toString()))
          .isEqualTo("{\"is\":1}");
      assertThat(peer.heads()).hasSize(2);
      // What was behind the garbled answer is no answer to anybody.
      assertThat(client.connections()).isEqualTo(1);
    }
  }

  @Test
  void anAnswerThatIsGarbledIsNotAskedForAgainWhereThatCouldDoHarm() throws Exception {
    try (WirePeer peer = new WirePeer(garbledFirst())) {
      HttpRequest start = post(peer.url("/")).withBody(BODY);
      HttpTransport transport = client.resources().transport();

      assertThat(
              catchThrowable(
                  () -> transport.<String>ask(start, answer -> answer.json(100).toString())))
          .isInstanceOf(WireFormatException.class);
      assertThat(peer.heads()).hasSize(1);
    }
  }

  /** The first connection says something else in front, so that the rest of the answer is left. */
  private static WirePeer.Script garbledFirst() {
    AtomicBoolean isGarbled = new AtomicBoolean();
    return connection -> {
      String foreign = isGarbled.compareAndSet(false, true) ? "[alive]\n" : "";
      while (!connection.readHead().isEmpty()) {
        connection.send(GARBLED + foreign + "{\"is\":1}");
      }
    };
  }

  @Test
  void contentThatFailsIsTheCallersFailure() throws Exception {
    IOException failure = new IOException("the disk is gone");
    try (WirePeer peer = new WirePeer(NothingTwiceTest::readAllThenAnswer)) {
      HttpRequest upload = post(peer.url("/")).withBody(failingAfter(100_000, failure));
      CancelledException e =
          catchThrowableOfType(CancelledException.class, () -> client.send(upload));

      assertThat(e).hasCause(failure).hasMessageContaining("could not be read");
      assertThat(e.retryable()).isFalse();
      Patience.until("the client has hung up", () -> !peer.rests().isEmpty());
      assertThat(peer.rests()).noneMatch(body -> body.endsWith("0\r\n\r\n"));
    }
  }

  @Test
  void contentThatCannotBeOpenedIsTheCallersFailureToo() throws Exception {
    IOException failure = new IOException("no such file");
    Content content =
        Content.of(
            () -> {
              throw failure;
            });
    try (WirePeer peer = new WirePeer(NothingTwiceTest::readAllThenAnswer)) {
      HttpRequest upload = post(peer.url("/")).withBody(HttpBody.of("text/plain", content));

      assertThat(catchThrowable(() -> client.send(harmless(upload))))
          .isInstanceOf(CancelledException.class)
          .hasCause(failure);
      peer.assertNothingWasSent();
    }
  }

  @Test
  void contentThatThrowsUncheckedLeavesNothingBehind() throws Exception {
    IllegalStateException failure = new IllegalStateException("a bug of the caller");
    Content content =
        Content.of(
            () -> {
              throw failure;
            });
    try (WirePeer peer = new WirePeer(NothingTwiceTest::readAllThenAnswer)) {
      HttpRequest upload = post(peer.url("/")).withBody(HttpBody.of("text/plain", content));

      assertThat(catchThrowable(() -> client.send(upload))).isSameAs(failure);
    }
  }

  @Test
  void streamIsSentOnceEvenIfItWouldDoNoHarm() throws Exception {
    try (WirePeer peer = new WirePeer(WirePeer.Connection::readHead)) {
      Content once = Content.of(InputStream.nullInputStream());

      lost(harmless(post(peer.url("/")).withBody(HttpBody.of("text/plain", once))));
      assertThat(peer.heads()).hasSize(1);
    }
  }

  @Test
  void answerBeforeTheWholeUploadWasTakenIsTheAnswer() throws Exception {
    try (WirePeer peer = answering("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")) {
      HttpRequest upload =
          post(peer.url("/")).withBody(HttpBody.of("text/plain", Content.of(new byte[1 << 16])));
      try (HttpResponse response = client.send(upload)) {
        assertThat(response.status()).isEqualTo(413);
      }
    }
  }

  private ConnectionLostException lost(HttpRequest request) {
    ConnectionLostException e =
        catchThrowableOfType(ConnectionLostException.class, () -> client.send(request));
    assertThat(e).isNotNull();
    return e;
  }

  private static HttpRequest post(HttpUrl url) {
    return Client.request("POST", url);
  }

  private static HttpUrl urlThatNobodyListensTo() throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return HttpUrl.get("http://127.0.0.1:" + server.getLocalPort() + "/");
    }
  }

  private static WirePeer answering(String answer) throws IOException {
    return new WirePeer(
        connection -> {
          while (!connection.readHead().isEmpty()) {
            connection.send(answer);
          }
        });
  }

  private static WirePeer failingFirst(String answer) throws IOException {
    AtomicBoolean failed = new AtomicBoolean();
    return new WirePeer(
        connection -> {
          connection.readHead();
          if (!failed.compareAndSet(false, true)) {
            connection.send(answer);
          }
        });
  }

  private static void readAndReset(WirePeer.Connection connection) throws IOException {
    connection.readHead();
    connection.reset();
  }

  private static void answerOnceThenHangUp(WirePeer.Connection connection) throws IOException {
    connection.readHead();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    connection.readHead();
  }

  private static void readAllThenAnswer(WirePeer.Connection connection) throws IOException {
    connection.readHead();
    connection.readRest();
  }

  private static HttpBody failingAfter(int bytes, IOException failure) {
    InputStream start = new ByteArrayInputStream(new byte[bytes]);
    InputStream end =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw failure;
          }

          @Override
          public int read(byte[] target, int offset, int length) throws IOException {
            throw failure;
          }
        };
    return HttpBody.of("text/plain", Content.of(() -> new SequenceInputStream(start, end)));
  }
}
