package dev.sandpiper.http;

import static dev.sandpiper.http.TestCall.patient;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.sandpiper.Content;
import dev.sandpiper.http.ApiCall.Repetition;
import dev.sandpiper.testing.CapturedLog;
import java.io.ByteArrayInputStream;
import java.util.List;
import java.util.Locale;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okio.Buffer;
import okio.BufferedSink;
import okio.ByteString;
import okio.GzipSink;
import okio.Okio;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HeadersAndLogTest {
  private final MockWebServer server = new MockWebServer();
  private final Client client = Client.standard();

  @BeforeEach
  void start() throws Exception {
    server.start();
    CapturedLog.clear();
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    client.close();
    server.close();
  }

  @Test
  void requestHasOurHeadersAndWhatHttpNeeds() throws Exception {
    server.enqueue(ok());
    client.send(get("/").withHeader("X-Key", "s3cret")).close();

    assertThat(server.takeRequest().getHeaders())
        .extracting(header -> header.getFirst().toLowerCase(Locale.ROOT))
        .containsExactlyInAnyOrder("x-key", "host", "connection", "accept-encoding", "user-agent");
  }

  @Test
  void contentTypeIsExactlyOurs() throws Exception {
    server.enqueue(ok());
    HttpBody body = HttpBody.of("application/json", "{}".getBytes(UTF_8));
    client.send(Client.request("POST", server.url("/")).withBody(body)).close();

    RecordedRequest request = server.takeRequest();
    assertThat(request.getHeaders().values("Content-Type")).containsExactly("application/json");
    assertThat(request.getHeaders().values("Content-Length")).containsExactly("2");
    assertThat(request.getBody()).isNotNull().extracting(ByteString::utf8).isEqualTo("{}");
  }

  @Test
  void bodyOfUnknownLengthIsSentInChunks() throws Exception {
    server.enqueue(ok());
    Content stream = Content.of(new ByteArrayInputStream("hello".getBytes(UTF_8)));
    client
        .send(Client.request("PUT", server.url("/")).withBody(HttpBody.of("text/plain", stream)))
        .close();

    RecordedRequest request = server.takeRequest();
    assertThat(request.getHeaders().values("Transfer-Encoding")).containsExactly("chunked");
    assertThat(request.getBody()).isNotNull().extracting(ByteString::utf8).isEqualTo("hello");
  }

  @Test
  void nothingIsSaidToBeUnderstoodThatWeDidNotSay() throws Exception {
    server.enqueue(ok());
    server.enqueue(ok());
    client.send(get("/")).close();
    client.send(get("/").withHeader("Accept-Encoding", "br")).close();

    assertThat(server.takeRequest().getHeaders().values("Accept-Encoding"))
        .containsExactly("identity");
    assertThat(server.takeRequest().getHeaders().values("Accept-Encoding")).containsExactly("br");
  }

  @Test
  void compressedAnswerIsNotUnpackedUnseen() throws Exception {
    Buffer packed = new Buffer();
    try (BufferedSink gzip = Okio.buffer(new GzipSink(packed))) {
      gzip.writeUtf8("hello");
    }
    byte[] bytes = packed.clone().readByteArray();
    server.enqueue(
        new MockResponse.Builder().body(packed).addHeader("Content-Encoding", "gzip").build());
    try (HttpResponse response = client.send(get("/"))) {
      assertThat(response.header("Content-Encoding")).isEqualTo("gzip");
      assertThat(response.readAll(100)).isEqualTo(bytes);
    }
  }

  @Test
  void headersOfAPlaneAreAddedAndTheRequestsOwnWin() throws Exception {
    server.enqueue(ok());
    HttpTransport plane =
        new HeaderTransport(client::send, Headers.of("X-Key", "plane", "X-Own", "plane"));
    plane.send(get("/").withHeader("x-own", "request")).close();

    Headers sent = server.takeRequest().getHeaders();
    assertThat(sent.values("X-Key")).containsExactly("plane");
    assertThat(sent.values("X-Own")).containsExactly("request");
  }

  @Test
  void requestIsOneLineWithoutSecrets() throws Exception {
    server.enqueue(new MockResponse(204, Headers.of("X-Answer", "s3cret"), ""));
    HttpUrl url = server.url("/files/a%20b?signature=s3cret#s3cret");
    client
        .send(
            HttpRequest.of(TestCall.of("write", "POST", Repetition.IF_UNSENT), "s3cret", url)
                .withHeader("Authorization", "s3cret")
                .withBody(HttpBody.of("text/plain", "s3cret".getBytes(UTF_8))))
        .close();

    assertThat(CapturedLog.lines()).noneMatch(line -> line.contains("s3cret"));
    assertThat(CapturedLog.lines())
        .singleElement()
        .asString()
        .matches("DEBUG write POST " + url.host() + "/files/a%20b 204 \\d+ ms");
  }

  @Test
  void failureIsOneLineWithItsKind() {
    server.enqueue(
        new MockResponse.Builder().onRequestStart(new SocketEffect.CloseSocket()).build());
    HttpUrl url = server.url("/x?key=s3cret");
    assertThat(catchThrowable(() -> client.get(url))).isNotNull();

    assertThat(CapturedLog.lines())
        .singleElement()
        .asString()
        .matches("DEBUG test GET " + url.host() + "/x ConnectionLostException \\d+ ms");
  }

  @Test
  void retryIsAWarningWithoutSecrets() throws Exception {
    server.enqueue(new MockResponse(503, Headers.of("Retry-After", "0"), ""));
    server.enqueue(ok());
    client.send(patient(Client.request("GET", server.url("/x?key=s3cret")))).close();

    List<String> warnings =
        CapturedLog.lines().stream().filter(line -> line.startsWith("WARN")).toList();
    assertThat(warnings)
        .containsExactly(
            "WARN test GET " + server.getHostName() + "/x: status 503, retrying in PT0S");
    assertThat(CapturedLog.lines()).noneMatch(line -> line.contains("s3cret"));
  }

  private HttpRequest get(String path) {
    return Client.request("GET", server.url(path));
  }

  private static MockResponse ok() {
    return new MockResponse.Builder().build();
  }
}
