package dev.sandpiper.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.ConnectionLostException;
import java.net.InetAddress;
import java.time.Duration;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.SocketEffect;
import okio.Buffer;
import okio.GzipSink;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(20)
class ErrorBodyTest {
  private final MockWebServer server = new MockWebServer();
  private final Client client = Client.standard();

  @BeforeEach
  void start() throws Exception {
    server.start(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0);
  }

  @AfterEach
  void nothingIsLeft() {
    client.close();
    server.close();
  }

  private ErrorBody body(MockResponse response) {
    return body(response, Client.request("GET", server.url("/")));
  }

  private ErrorBody body(MockResponse response, HttpRequest request) {
    server.enqueue(response);
    try (HttpResponse answer = client.send(request)) {
      return ErrorBody.of(answer);
    }
  }

  private static MockResponse.Builder error() {
    return new MockResponse.Builder().code(504);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "upstream request timeout, upstream request timeout",
        "` \n`, an error without a message",
        "``, an error without a message",
        "<html><head><title>T</title></head><body> <h1>504 Gateway</h1><hr>nginx</body></html>, "
            + "504 Gateway nginx",
        "<html>oops, oops",
        "{\"detail\": \"other shape\"}, {\"detail\": \"other shape\"}",
        "{\"message\": {\"a\": 1}}, {\"message\": {\"a\": 1}}",
        "{broken, {broken",
        "[1], [1]",
        "\"text\", \"text\""
      })
  void whatCameIsShown(String sent, String shown) {
    assertThat(body(error().body(sent).build()).described()).isEqualTo(shown);
  }

  @Test
  void fieldsAreTextsOfAnObject() {
    ErrorBody body = ErrorBody.of("{\"message\": \"no\", \"code\": 7, \"empty\": \"\"}");
    assertThat(body.field("message")).contains("no");
    assertThat(body.field("code")).isEmpty();
    assertThat(body.field("empty")).isEmpty();
    assertThat(body.field("absent")).isEmpty();
    assertThat(ErrorBody.of("[]").field("message")).isEmpty();
  }

  @Test
  void aBodyWithoutEndIsReadInPart() {
    String page = "<".repeat(1 << 20);
    ErrorBody body = body(error().body("x" + page).build());
    assertThat(body.text()).hasSize(64 << 10);
    assertThat(ErrorBody.of(page).described()).isEqualTo("an error without a message");
  }

  @Test
  void aBodyThatBreaksOffCountsAsFarAsItCame() {
    MockResponse cut =
        error()
            .body("the node is draining")
            .setHeader("Content-Length", 4000)
            .onResponseEnd(new SocketEffect.CloseSocket())
            .build();
    assertThat(body(cut).described()).isEqualTo("the node is draining");
  }

  @Test
  void gzipThatNobodyAskedForIsUnpackedWithinTheBound() throws Exception {
    Buffer packed = new Buffer();
    try (var sink = okio.Okio.buffer(new GzipSink(packed))) {
      sink.writeUtf8("the node is draining " + "x".repeat(10 << 20));
    }
    MockResponse answer = error().addHeader("Content-Encoding", "gzip").body(packed).build();
    ErrorBody body = body(answer);
    assertThat(body.text()).startsWith("the node is draining xxx").hasSize(64 << 10);
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 404, 409, 422})
  void anErrorWhoseTextDecidesIsLostWhereItIsCutOff(int status) {
    MockResponse cut = cutOff(status);
    assertThatThrownBy(() -> body(cut))
        .isInstanceOfSatisfying(
            ConnectionLostException.class,
            lost -> assertThat(Ambiguity.mayHaveStarted(lost)).isTrue());
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403, 429, 500, 503})
  void anErrorWhoseStatusDecidesIsExplainedAsFarAsItCame(int status) {
    assertThat(body(cutOff(status)).text()).startsWith("{\"error\":\"xxx").hasSizeLessThan(3_000);
  }

  private static MockResponse cutOff(int status) {
    return error()
        .code(status)
        .body("{\"error\":\"" + "x".repeat(3_000) + "\"}")
        .onResponseBody(new SocketEffect.CloseSocket())
        .build();
  }

  @Test
  void credentialsThatComeBackAreNotRepeated() {
    HttpRequest request =
        Client.request("GET", server.url("/"))
            .withHeader("X-API-KEY", "e2b_5ec2e7")
            .withHeader("Authorization", "Bearer t0ken")
            .withHeader("Accept", "application/json");
    MockResponse answer =
        error().body("no such key e2b_5ec2e7, token t0ken, type application/json").build();
    assertThat(body(answer, request).described())
        .isEqualTo("no such key ..., token ..., type application/json");
  }

  @Test
  void aHugePageCostsLittle() {
    String page = "<html>" + "<style ".repeat(9_000);
    long began = System.nanoTime();
    ErrorBody.of(page).described();
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(2));
  }
}
