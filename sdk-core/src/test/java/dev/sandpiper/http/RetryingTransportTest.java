package dev.sandpiper.http;

import static dev.sandpiper.http.TestCall.patient;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.CancelledException;
import dev.sandpiper.ConnectFailedException;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.DeadlineExceededException.Limit;
import dev.sandpiper.RetryOptions;
import dev.sandpiper.SandboxException;
import dev.sandpiper.WireFormatException;
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

  private RetryOptions options = RetryOptions.standard();
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
  void thirdFailureIsThrown() {
    fail(lost(true));
    fail(lost(true));
    ConnectionLostException third = lost(true);
    fail(third);

    assertThatThrownBy(() -> transport(0.5).send(HARMLESS)).isSameAs(third);
  }

  @Test
  void unsentRequestIsRepeatedThoughItIsNotHarmless() {
    fail(new ConnectFailedException(ONCE.failure("refused").withRetryable(true), null));
    answer(200, null);

    assertThat(transport(0.5).send(ONCE).status()).isEqualTo(200);
  }

  @Test
  void requestThatMayHaveArrivedIsNotRepeated() {
    fail(lost(false));

    assertThatThrownBy(() -> transport(0.5).send(ONCE)).isInstanceOf(ConnectionLostException.class);
    assertThat(sent).isEqualTo(1);
  }

  @Test
  void refusalIsNotRepeatedUnlessHarmless() {
    answer(503, "0");

    assertThat(transport(0.5).send(ONCE).status()).isEqualTo(503);
    assertThat(sent).isEqualTo(1);
  }

  @Test
  void onlyTheConnectLimitIsWorthAnotherAttempt() {
    fail(exceeded(Limit.CONNECT));
    answer(200, null);
    transport(0.5).send(ONCE);
    fail(exceeded(Limit.RESPONSE));

    assertThatThrownBy(() -> transport(0.5).send(HARMLESS))
        .isInstanceOf(DeadlineExceededException.class);
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
    WatchedCall call = new WatchedCall(Limits.standard());
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
