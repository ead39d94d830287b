package dev.sandpiper.http;

import static dev.sandpiper.http.TestCall.patient;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.CancelledException;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.Content;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.DeadlineExceededException.Limit;
import dev.sandpiper.RetryDecision;
import dev.sandpiper.RetryDecision.Verdict;
import dev.sandpiper.RetryOptions;
import dev.sandpiper.SandboxException;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.testing.CapturedLog;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import okhttp3.HttpUrl;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RetryingTransportTest {
  private static final HttpRequest ONCE = Client.request("GET", HttpUrl.get("http://localhost/"));
  private static final HttpRequest HARMLESS = patient(ONCE);

  private final List<RetryDecision> decisions = new ArrayList<>();
  private RetryOptions options = RetryOptions.standard().listener(decisions::add);
  private final Deque<Object> answers = new ArrayDeque<>();
  private final List<Duration> pauses = new ArrayList<>();
  private int sent;
  private int closed;

  @Test
  void pausesGrow() {
    fail(lost(true));
    fail(lost(true));
    answer(200, null);

    assertThat(transport(0.5).send(HARMLESS).status()).isEqualTo(200);
    assertThat(pauses).containsExactly(Duration.ofMillis(200), Duration.ofMillis(400));
  }

  @Test
  void pausesAreSpreadByHalf() {
    fail(lost(true));
    answer(200, null);
    transport(0).send(HARMLESS);
    fail(lost(true));
    answer(200, null);
    transport(1).send(HARMLESS);

    assertThat(pauses).containsExactly(Duration.ofMillis(100), Duration.ofMillis(300));
  }

  @Test
  void pausesGrowEightfoldAtTheMost() {
    options = options.attempts(7).firstPause(Duration.ofMillis(10));
    for (int i = 0; i < 7; i++) {
      fail(lost(true));
    }

    assertThatThrownBy(() -> transport(0.5).send(HARMLESS))
        .isInstanceOf(ConnectionLostException.class);
    assertThat(pauses).extracting(Duration::toMillis).containsExactly(10L, 20L, 40L, 80L, 80L, 80L);
  }

  @Test
  void noPauseIsLongerThanTheLongest() {
    options = options.longestPause(Duration.ofMillis(300));
    fail(lost(true));
    fail(lost(true));
    answer(200, null);
    transport(1).send(HARMLESS);

    assertThat(pauses).extracting(Duration::toMillis).containsExactly(300L, 300L);
  }

  @Test
  void peersPauseIsKept() {
    answer(503, "10");
    answer(200, null);

    assertThat(transport(0.5).send(HARMLESS).status()).isEqualTo(200);
    assertThat(pauses).containsExactly(Duration.ofSeconds(10));
  }

  @Test
  void refusalThatIsNotHandedOverIsClosed() {
    answer(503, null);
    answer(503, null);
    answer(503, null);
    HttpResponse last = transport(0.5).send(HARMLESS);

    assertThat(sent).isEqualTo(3);
    assertThat(closed).isEqualTo(2);
    last.close();
    assertThat(closed).isEqualTo(3);
  }

  @Test
  void onlyTheConnectLimitIsWorthAnotherAttempt() {
    fail(exceeded(Limit.CONNECT));
    answer(200, null);
    transport(0.5).send(ONCE);
    fail(exceeded(Limit.RESPONSE));

    assertThatThrownBy(() -> transport(0.5).send(HARMLESS))
        .isInstanceOf(DeadlineExceededException.class);
    assertThat(decisions)
        .extracting(RetryDecision::verdict)
        .containsExactly(Verdict.REPEATED, Verdict.NO_TIME_LEFT);
    assertThat(sent).isEqualTo(3);
  }

  @Test
  void requestWhoseTimeIsOverIsNotRepeated() {
    fail(lost(true));
    HttpRequest late = HARMLESS.within(Duration.ofNanos(1));

    assertThatThrownBy(() -> transport(0.5).send(late)).isInstanceOf(ConnectionLostException.class);
    assertThat(sent).isEqualTo(1);
  }

  @Test
  void aPauseThatWouldOutlastTheCallIsNotMade() {
    answer(503, "5");
    HttpRequest shortOfTime = HARMLESS.within(Duration.ofSeconds(4));

    assertThat(transport(0.5).send(shortOfTime).status()).isEqualTo(503);
    assertThat(pauses).isEmpty();
    assertThat(decisions).extracting(RetryDecision::verdict).containsExactly(Verdict.NO_TIME_LEFT);
  }

  @Test
  void aBodyThatCanBeReadOnceIsAReason() {
    Content once = Content.of(InputStream.nullInputStream());
    HttpRequest upload = HARMLESS.withBody(HttpBody.of("text/plain", once));
    answer(503, null);
    transport(0.5).send(upload);
    fail(lost(true));

    assertThatThrownBy(() -> transport(0.5).send(upload))
        .isInstanceOf(ConnectionLostException.class);
    assertThat(decisions)
        .extracting(RetryDecision::verdict)
        .containsExactly(Verdict.BODY_READ_ONCE, Verdict.BODY_READ_ONCE);
  }

  @Test
  void aListenerThatThrowsChangesNothingAndIsLoggedOnce() {
    CapturedLog.clear();
    options =
        options.listener(
            decision -> {
              throw new AssertionError("a bug of the caller");
            });
    fail(lost(true));
    fail(lost(true));
    answer(200, null);

    assertThat(transport(0.5).send(HARMLESS).status()).isEqualTo(200);
    assertThat(CapturedLog.lines())
        .filteredOn(line -> line.contains("a RetryListener threw"))
        .hasSize(1);
  }

  @Test
  void otherFailuresAreNotRepeated() {
    fail(new WireFormatException(HARMLESS.failure("nonsense")));

    assertThatThrownBy(() -> transport(0.5).send(HARMLESS)).isInstanceOf(WireFormatException.class);
    assertThat(sent).isEqualTo(1);
  }

  @Test
  void interruptBetweenTwoAttemptsCancels() {
    fail(lost(true));
    HttpTransport transport =
        new RetryingTransport(
            this::next,
            new Retries(options),
            (pause, request) -> {
              Thread.currentThread().interrupt();
              request.scope().sleep(pause, request.failure(""));
            },
            () -> 0.5);

    assertThatThrownBy(() -> transport.send(HARMLESS))
        .isInstanceOf(CancelledException.class)
        .hasMessageContaining("interrupted");
    assertThat(Thread.interrupted()).isTrue();
    assertThat(sent).isEqualTo(1);
  }

  private HttpTransport transport(double jitter) {
    return new RetryingTransport(
        this::next, new Retries(options), (pause, request) -> pauses.add(pause), () -> jitter);
  }

  /** The network: hands out what the test has prepared. */
  private HttpResponse next(HttpRequest request) {
    sent++;
    Object answer = answers.remove();
    if (answer instanceof SandboxException failure) {
      throw failure;
    }
    return (HttpResponse) answer;
  }

  private void fail(SandboxException failure) {
    answers.add(failure);
  }

  private void answer(int status, @Nullable String retryAfter) {
    WatchedCall call = new WatchedCall(Limits.standard(), CallScope.open(), Time.system());
    if (retryAfter != null) {
      call.keepRetryAfter(retryAfter);
    }
    answers.add(
        new HttpResponse(
            HARMLESS,
            new Response.Builder()
                .request(new Request.Builder().url(HARMLESS.url()).build())
                .protocol(Protocol.HTTP_1_1)
                .code(status)
                .message("")
                .body(ResponseBody.create("", null))
                .build(),
            call,
            new CallErrors(HARMLESS, Limits.standard()),
            () -> closed++));
  }

  private static ConnectionLostException lost(boolean retryable) {
    return new ConnectionLostException(
        HARMLESS.failure("lost").withRetryable(retryable), null, null);
  }

  private static DeadlineExceededException exceeded(Limit limit) {
    return new DeadlineExceededException(
        limit, Duration.ofSeconds(1), HARMLESS.failure("late"), null, null);
  }
}
