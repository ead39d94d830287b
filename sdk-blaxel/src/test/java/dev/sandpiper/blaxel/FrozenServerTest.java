package dev.sandpiper.blaxel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Command;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.DeadlineExceededException.Limit;
import dev.sandpiper.Process;
import dev.sandpiper.blaxel.server.Waits;
import dev.sandpiper.http.ManualTime;
import dev.sandpiper.testing.Patience;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A sandbox or a token endpoint that answers nothing: all that was promised a time keeps it. */
@Timeout(60)
class FrozenServerTest {
  private static final String TOKEN = "POST /v0/oauth/token";
  private static final String LOOK = "GET /v0/sandboxes/sbx-1";
  private static final String START = "POST /sbx/process";
  private static final Duration LIMIT = Duration.ofSeconds(1);

  /** What closing and stopping promise. */
  private static final Duration STOPPING = Duration.ofSeconds(10);

  @RegisterExtension final ScriptedBlaxel blaxel = new ScriptedBlaxel();

  private final ManualTime time = new ManualTime();
  private final AtomicInteger unanswered = new AtomicInteger();

  @AfterEach
  void nothingWaits() {
    time.runOut();
  }

  private MockResponse nothing(RecordedRequest request) {
    unanswered.incrementAndGet();
    return new MockResponse.Builder().onResponseStart(SocketEffect.Stall.INSTANCE).build();
  }

  private MockResponse waking(RecordedRequest request) {
    unanswered.incrementAndGet();
    return ScriptedBlaxel.json(
        404, "{\"error\":{\"code\":\"WORKLOAD_UNAVAILABLE\",\"message\":\"not there\"}}");
  }

  private void everything(ScriptedBlaxel.Answer answer) {
    blaxel.shouldItBeAsked("GET /sbx/health", answer);
    for (String method : new String[] {"GET", "POST", "DELETE"}) {
      for (String path : new String[] {"", "/*", "/*/kill"}) {
        blaxel.shouldItBeAsked(method + " /sbx/process" + path, answer);
      }
    }
    blaxel.shouldItBeAsked("GET /sbx/health", answer);
  }

  private BlaxelClient client() {
    return blaxel.open(blaxel.builder().time(time));
  }

  private BlaxelClient waitingLongToWake() {
    return blaxel.open(blaxel.builder().waits(Waits.standard()).time(time));
  }

  private static CompletableFuture<Throwable> failureOf(ThrowingCallable action) {
    return CompletableFuture.supplyAsync(
        () -> catchThrowable(action), task -> new Thread(task, "caller").start());
  }

  private void untilAsked() {
    Patience.until("it asks for something", () -> unanswered.get() > 0);
  }

  private void assertExecEndsAtItsDeadline(BlaxelClient client, ScriptedBlaxel.Answer answer) {
    BlaxelSandbox sandbox = blaxel.sandbox(client);
    everything(answer);
    Command command = Command.of("make").timeout(LIMIT);
    CompletableFuture<Throwable> failure = failureOf(() -> sandbox.processes().exec(command));
    untilAsked();
    time.advance(LIMIT.minusNanos(1));
    assertThat(failure).isNotDone();
    assertThat(time.passUntilDone(failure, STOPPING))
        .isInstanceOfSatisfying(
            DeadlineExceededException.class,
            e -> {
              assertThat(e.limit()).isEqualTo(Limit.DEADLINE);
              assertThat(e.limitDuration()).isEqualTo(LIMIT);
            });
  }

  @Test
  void execEndsAtItsDeadlineAlthoughNothingIsAnswered() {
    assertExecEndsAtItsDeadline(client(), this::nothing);
  }

  @Test
  void execEndsAtItsDeadlineAlthoughTheSandboxWakesForEver() {
    assertExecEndsAtItsDeadline(waitingLongToWake(), this::waking);
    assertThat(blaxel.lines()).contains("POST /sbx/process");
  }

  @Test
  void closeKeepsItsPromiseAlthoughNothingIsAnswered() {
    assertThatCloseKeepsItsPromise(client(), this::nothing);
  }

  @Test
  void closeKeepsItsPromiseAlthoughTheSandboxWakesForEver() {
    assertThatCloseKeepsItsPromise(waitingLongToWake(), this::waking);
    assertThat(blaxel.lines().size()).isLessThan(40);
  }

  /** Its stream breaks, so that it is its record that is asked for. */
  private void assertThatCloseKeepsItsPromise(BlaxelClient client, ScriptedBlaxel.Answer answer) {
    BlaxelSandbox sandbox = blaxel.sandbox(client);
    String begun = StreamedMessages.stdout("begun");
    blaxel.on(START, ScriptedBlaxel.stream("application/x-ndjson", begun));
    everything(request -> ScriptedBlaxel.json(200, StreamedMessages.running()));
    Process process = sandbox.processes().start(Command.of("make"));
    everything(answer);
    CompletableFuture<Throwable> waiter = failureOf(process::waitFor);
    CompletableFuture<Throwable> closing = failureOf(process::close);
    untilAsked();

    assertThat(time.passUntilDone(closing, STOPPING)).isNull();
    assertThat(time.passUntilDone(waiter, Duration.ZERO)).isNotNull();
    client.close();
  }

  @Test
  void interruptReachesThroughAStalledTokenEndpoint() throws Exception {
    blaxel.always(TOKEN, this::nothing);
    BlaxelClient client = blaxel.open(withCredentials());
    CompletableFuture<Throwable> outcome = new CompletableFuture<>();
    Thread caller =
        new Thread(() -> outcome.complete(catchThrowable(() -> client.connect("sbx-1"))), "caller");
    caller.start();
    Patience.until("the token is asked for", () -> unanswered.get() > 0);
    caller.interrupt();

    assertThat(outcome.get(3, TimeUnit.SECONDS)).isInstanceOf(CancelledException.class);
  }

  /** A login's refresh token is used up by the request: its answer must not be lost. */
  @Test
  void oneCallerWhoGivesUpLeavesTheAnswerToTheOthers() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    blaxel.on(
        TOKEN,
        request -> {
          unanswered.incrementAndGet();
          gate.await();
          return ScriptedBlaxel.json(200, "{\"access_token\":\"t-1\",\"expires_in\":7200}");
        });
    blaxel.always(LOOK, request -> ScriptedBlaxel.json(200, blaxel.record("DEPLOYED", "")));
    BlaxelClient client = blaxel.open(withCredentials());
    CompletableFuture<Throwable> first = new CompletableFuture<>();
    Thread caller =
        new Thread(() -> first.complete(catchThrowable(() -> client.connect("sbx-1"))), "caller");
    caller.start();
    Patience.until("the token is asked for", () -> unanswered.get() > 0);
    CompletableFuture<BlaxelSandbox> second =
        CompletableFuture.supplyAsync(() -> client.connect("sbx-1"));
    caller.interrupt();

    assertThat(first.get(3, TimeUnit.SECONDS)).isInstanceOf(CancelledException.class);
    gate.countDown();
    assertThat(second.get(10, TimeUnit.SECONDS).id()).isEqualTo("sbx-1");
    assertThat(unanswered).hasValue(1);
  }

  private BlaxelClientBuilder withCredentials() {
    return BlaxelClient.builder()
        .environment(Map.of())
        .workspace("acme")
        .clientCredentials("id", "secret")
        .apiUrl(blaxel.url() + "/v0")
        .waits(Waits.ofAtMost(Duration.ofMillis(300)));
  }
}
