package dev.sandpiper.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.testing.Patience;
import dev.sandpiper.wire.MessageTooLongException;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import okhttp3.Headers;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(20)
class ResponsesTest {
  private final MockWebServer server = new MockWebServer();
  private final Client client = Client.standard();

  @BeforeEach
  void start() throws Exception {
    server.start(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0);
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    client.close();
    server.close();
  }

  @ParameterizedTest
  @CsvSource({
    "0, PT0S",
    "7, PT7S",
    "86400, PT24H",
    "86401, PT24H",
    "999999999999999999, PT24H",
    "9999999999999999999, PT24H",
    "'Fri, 31 Dec 1999 23:59:59 GMT', PT0S",
    "'Fri, 31 Dec 9999 23:59:59 GMT', PT24H"
  })
  void retryAfterIsADurationWithinADay(String header, Duration expected) throws Exception {
    assertThat(retryAfter(header)).contains(expected);
  }

  @Test
  void retryAfterAsADateIsTheTimeUntilThen() throws Exception {
    ZonedDateTime soon = ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(100);
    Duration wait = retryAfter(DateTimeFormatter.RFC_1123_DATE_TIME.format(soon)).orElseThrow();

    assertThat(wait).isBetween(Duration.ofSeconds(80), Duration.ofSeconds(100));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "1.5", "soon", "", "31 Dec", "1 s", "\u0661"})
  void nonsenseInRetryAfterIsAsGoodAsNone(String header) throws Exception {
    assertThat(retryAfter(header)).isEmpty();
  }

  @Test
  void rateLimitedErrorHasThePause() throws Exception {
    server.enqueue(new MockResponse(429, Headers.of("Retry-After", "7"), ""));
    try (HttpResponse response = client.get(server.url("/"))) {
      var error = response.rateLimited(response.failure("too many sandboxes"));

      assertThat(error.retryAfter()).contains(Duration.ofSeconds(7));
      assertThat(error).hasMessageContaining("; the response asks to wait 7 s (Retry-After) (429");
      assertThat(error.status()).hasValue(429);
      assertThat(error.retryable()).isTrue();
    }
  }

  @Test
  void wholeBodyIsReadUpToItsBound() throws Exception {
    server.enqueue(new MockResponse(200, Headers.of(), "12345"));
    server.enqueue(new MockResponse(200, Headers.of(), "123456"));
    try (HttpResponse fits = client.get(server.url("/"));
        HttpResponse tooLong = client.get(server.url("/"))) {
      assertThat(fits.readAll(5)).asString(UTF_8).isEqualTo("12345");
      assertThatThrownBy(() -> tooLong.readAll(5))
          .isInstanceOf(MessageTooLongException.class)
          .hasMessage("the body exceeds the limit of 5 bytes");
    }
  }

  @Test
  void headersKeepTheirRepetitionsAndTheirOrder() throws Exception {
    Headers sent = Headers.of("X-A", "2", "Retry-After", "7", "X-A", "1");
    server.enqueue(new MockResponse(200, sent, "x"));
    try (HttpResponse response = client.get(server.url("/"))) {
      assertThat(response.headers().values("x-a")).containsExactly("2", "1");
      assertThat(response.headers().values("Retry-After")).containsExactly("7");
    }
  }

  @Test
  void bodyReadToItsEndGivesTheConnectionBack() throws Exception {
    server.enqueue(new MockResponse.Builder().chunkedBody("hello", 2).build());
    server.enqueue(new MockResponse(200, Headers.of(), "hello"));
    server.enqueue(new MockResponse.Builder().code(204).build());
    server.enqueue(ok());
    for (int i = 0; i < 2; i++) {
      try (HttpResponse response = client.get(server.url("/"))) {
        assertThat(response.readAll(10)).hasSize(5);
      }
    }
    client.get(server.url("/")).close();
    client.get(server.url("/")).close();

    assertThat(client.connections()).isEqualTo(1);
  }

  @Test
  void bodyThatWasNotReadCostsTheConnectionAndNoTime() throws Exception {
    server.enqueue(
        new MockResponse.Builder()
            .body("x".repeat(1 << 20))
            .throttleBody(1, 1, TimeUnit.SECONDS)
            .build());
    client.get(server.url("/")).close();

    Patience.until("the connection is gone", () -> client.connections() == 0);
  }

  @Test
  void bodyCutByThePeerIsAnIOException() throws Exception {
    try (WirePeer peer =
            new WirePeer(
                connection -> {
                  connection.readHead();
                  connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
                });
        HttpResponse response = client.get(peer.url("/"))) {
      assertThatThrownBy(() -> response.readAll(100)).isInstanceOf(IOException.class);
    }
  }

  @Test
  void manyStreamsToOneHostAreOpenAtATime() throws Exception {
    try (WirePeer peer =
        new WirePeer(
            connection -> {
              connection.readHead();
              connection.send("HTTP/1.1 200 OK\r\n\r\n");
              connection.readRest();
            })) {
      List<HttpResponse> open = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        open.add(client.get(peer.url("/")));
      }
      assertThat(open).allMatch(response -> response.status() == 200);
      assertThat(client.connectionsInUse()).isEqualTo(12);
      open.forEach(HttpResponse::close);
    }
  }

  @Test
  void hostWithOneDeadAddressIsReachedByTheOther() throws Exception {
    server.enqueue(ok());
    OkHttpClient twoAddresses =
        new OkHttpClient.Builder()
            .dns(
                host ->
                    List.of(
                        InetAddress.getByAddress(new byte[] {127, 0, 0, 2}),
                        InetAddress.getByAddress(new byte[] {127, 0, 0, 1})))
            .build();
    try (var resources =
            new ClientResources(twoAddresses, null, Limits.standard(), Protocols.standard());
        HttpResponse response =
            resources
                .transport()
                .send(
                    Client.request(
                        "POST", server.url("/").newBuilder().host("two.test").build()))) {
      assertThat(response.status()).isEqualTo(200);
    }
    twoAddresses.connectionPool().evictAll();
  }

  @Test
  void callersOwnClientWorksAfterOursIsClosed() throws Exception {
    server.enqueue(ok());
    server.enqueue(ok());
    OkHttpClient callers = new OkHttpClient();
    var resources = new ClientResources(callers, null, Limits.standard(), Protocols.standard());
    resources.transport().send(Client.request("GET", server.url("/"))).close();
    resources.close();
    resources.close();

    assertThat(callers.connectionPool().idleConnectionCount()).isEqualTo(1);
    assertThat(callers.dispatcher().executorService().isShutdown()).isFalse();
    Request request = new Request.Builder().url(server.url("/")).build();
    try (Response response = callers.newCall(request).execute()) {
      assertThat(response.code()).isEqualTo(200);
    }
    callers.dispatcher().executorService().shutdown();
    callers.connectionPool().evictAll();
  }

  @Test
  void callersOwnExecutorIsUsedAndNotShutDown() throws Exception {
    AtomicReference<Runnable> task = new AtomicReference<>();
    try (var resources =
        new ClientResources(null, task::set, Limits.standard(), Protocols.standard())) {
      CountDownLatch done = new CountDownLatch(1);
      resources.executor().execute(done::countDown);

      assertThat(task.get()).isNotNull();
      assertThat(done.getCount()).isEqualTo(1);
    }
  }

  private Optional<Duration> retryAfter(String header) throws Exception {
    server.enqueue(
        new MockResponse(
            503, new Headers.Builder().addUnsafeNonAscii("Retry-After", header).build(), ""));
    try (HttpResponse response = client.get(server.url("/"))) {
      return response.retryAfter();
    }
  }

  private static MockResponse ok() {
    return new MockResponse.Builder().build();
  }
}
