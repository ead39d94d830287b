package dev.sandpiper.testkit.retries;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.RetryDecision;
import dev.sandpiper.RetryDecision.Verdict;
import dev.sandpiper.RetryOptions;
import dev.sandpiper.http.ApiCall;
import dev.sandpiper.http.ClientResources;
import dev.sandpiper.http.HttpBody;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.http.Limits;
import dev.sandpiper.http.Protocols;
import dev.sandpiper.http.Routes;
import dev.sandpiper.http.Time;
import dev.sandpiper.testkit.retries.RetryDocument.Row;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import okhttp3.HttpUrl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each request in the tables of {@code docs/retries.md} arrives as often as its row says. */
@Timeout(30)
class RetriesOnTheWireTest {
  private static final Set<String> WITH_BODY = Set.of("POST", "PUT");
  private final List<RetryDecision> decisions = new ArrayList<>();
  private Runnable onDecision = () -> {};
  private final ClientResources client =
      new ClientResources(
          null, null, Limits.standard(), Protocols.standard(), options(), Time.system());

  /** What goes wrong with every request, and what a client may do after it. */
  private enum Trouble {
    LOST(""),
    STATUS_429(answer("429 Too Many Requests", "X-A: b")),
    STATUS_502(answer("502 Bad Gateway", "X-A: b")),
    STATUS_503(answer("503 Service Unavailable", "X-A: b")),
    STATUS_504(answer("504 Gateway Timeout", "X-A: b")),
    AT_ONCE(answer("503 Service Unavailable", "Retry-After: 0")),
    AFTER_A_PAST_DATE(answer("429 No", "Retry-After: Wed, 21 Oct 2015 07:28:00 GMT")),
    NONSENSE(answer("429 No", "Retry-After: soon")),
    AFTER_A_FAR_DATE(answer("503 No", "Retry-After: Fri, 01 Jan 2100 00:00:00 GMT")),
    ABSURD(answer("429 No", "Retry-After: 99999999999999999999999"));

    private final String answer;

    Trouble(String answer) {
      this.answer = answer;
    }

    private static String answer(String status, String header) {
      return "HTTP/1.1 "
          + status
          + "\r\n"
          + header
          + "\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    }

    Verdict verdict(Row row) {
      if (!(this == LOST ? row.ifLost() : row.ifRefused())) return Verdict.NOT_REPEATABLE;
      boolean isTooLong = this == AFTER_A_FAR_DATE || this == ABSURD;
      return isTooLong ? Verdict.RETRY_AFTER_TOO_LONG : Verdict.ATTEMPTS_USED_UP;
    }
  }

  private RetryOptions options() {
    return RetryOptions.standard()
        .firstPause(Duration.ofMillis(1))
        .listener(
            decision -> {
              decisions.add(decision);
              onDecision.run();
            });
  }

  @AfterEach
  void close() {
    client.close();
  }

  static List<Row> rows() throws IOException {
    return RetryDocument.rows();
  }

  @ParameterizedTest
  @MethodSource("rows")
  void aRequestThatFailsIsSentAsOftenAsItsRowSays(Row row) throws Exception {
    for (Trouble trouble : Trouble.values()) {
      try (FailingServer server = FailingServer.open(line -> trouble.answer)) {
        decisions.clear();
        HttpRequest request = request(row.call(), server);
        send(request);

        Verdict verdict = trouble.verdict(row);
        int times = verdict == Verdict.ATTEMPTS_USED_UP ? 3 : 1;
        String sent = request.method() + " " + request.url().encodedPath();
        assertThat(server.requests()).as(trouble.name()).hasSize(times).containsOnly(sent);
        if (row.call().isRepeatedBySender() && verdict == Verdict.NOT_REPEATABLE) {
          assertThat(decisions).as(trouble.name()).isEmpty(); // the sender decides
        } else {
          assertThat(decisions).as(trouble.name()).hasSize(times);
          assertThat(decisions.get(times - 1).verdict()).as(trouble.name()).isEqualTo(verdict);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("rows")
  void aRequestThatWasNeverSentIsRepeatedWhateverItIs(Row row) throws Exception {
    try (FailingServer server = new FailingServer(line -> Trouble.answer("200 OK", "X-A: b"))) {
      onDecision = server::open;
      send(request(row.call(), server));

      assertThat(decisions).extracting(RetryDecision::verdict).containsExactly(Verdict.REPEATED);
      assertThat(server.requests()).hasSize(1);
    }
  }

  private static HttpRequest request(ApiCall call, FailingServer server) {
    HttpUrl url = Routes.of(HttpUrl.get(server.url()), call, "one", "two");
    HttpRequest request = HttpRequest.of(call, "it", url);
    return WITH_BODY.contains(request.method())
        ? request.withBody(HttpBody.of("text/plain", "what can be read twice".getBytes(UTF_8)))
        : request;
  }

  private void send(HttpRequest request) {
    try (HttpResponse response = client.transport().send(request)) {
      assertThat(response.status()).isGreaterThanOrEqualTo(200);
    } catch (ConnectionLostException e) {
      if (!request.call().isRepeatedBySender()) {
        assertThat(decisions).last().matches(last -> last.failure().orElseThrow() == e);
      }
    }
  }
}
