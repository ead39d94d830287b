package dev.sandpiper.blaxel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.sandpiper.Command;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.blaxel.server.Waits;
import dev.sandpiper.http.ManualTime;
import dev.sandpiper.testing.Patience;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What takes minutes, by a time that stands still until the test lets it pass. */
@Timeout(20)
class LongTimesTest {
  private static final String TOKEN = "POST /v0/oauth/token";
  private static final String LIST = "GET /sbx/process";
  private static final Duration INSTANT = Duration.ofNanos(1);

  @RegisterExtension final ScriptedBlaxel blaxel = new ScriptedBlaxel();

  private final ManualTime time = new ManualTime();

  @AfterEach
  void nothingWaits() {
    time.runOut();
  }

  private BlaxelClientBuilder builder() {
    return blaxel.builder().waits(Waits.standard()).time(time);
  }

  /** What an action fails with, on a thread of its own. */
  private static CompletableFuture<Throwable> failureOf(Runnable action) {
    return CompletableFuture.supplyAsync(
        () -> catchThrowable(action::run), task -> new Thread(task, "caller").start());
  }

  /** Lets the pauses of a back-off pass, which grow up to five seconds, until {@code limit}. */
  private int passPauses(Duration limit) {
    int pauses = 0;
    Duration passed = Duration.ZERO;
    Duration pause = Duration.ofMillis(250);
    while (passed.compareTo(limit) < 0) {
      time.pass(pause);
      pauses++;
      passed = passed.plus(pause);
      Duration doubled = pause.multipliedBy(2);
      pause = doubled.toSeconds() >= 5 ? Duration.ofSeconds(5) : doubled;
    }
    return pauses;
  }

  private int timesAsked(String route) {
    return (int) blaxel.lines().stream().filter(line -> line.startsWith(route)).count();
  }

  @Test
  void aTokenIsRenewedAMinuteBeforeItExpiresAndNoSooner() {
    blaxel.on(TOKEN, grant("t-1"));
    BlaxelClient client =
        blaxel.open(
            BlaxelClient.builder()
                .environment(Map.of())
                .workspace("acme")
                .apiUrl(blaxel.url() + "/v0")
                .clientCredentials("id", "secret")
                .time(time));
    blaxel.sandbox(client);
    time.advance(Duration.ofMinutes(59).minus(INSTANT));
    blaxel.sandbox(client);
    assertThat(timesAsked(TOKEN)).isEqualTo(1);
    time.advance(INSTANT);
    blaxel.on(TOKEN, grant("t-2"));
    blaxel.sandbox(client);

    assertThat(timesAsked(TOKEN)).isEqualTo(2);
  }

  private static MockResponse grant(String token) {
    return ScriptedBlaxel.json(
        200, "{\"access_token\":\"" + token + "\",\"token_type\":\"Bearer\",\"expires_in\":3600}");
  }

  @Test
  void aSandboxThatDoesNotWakeIsAskedForAMinute() {
    BlaxelSandbox sandbox =
        blaxel.sandbox(blaxel.open(blaxel.exact().waits(Waits.standard()).time(time)));
    blaxel.always(
        LIST,
        request ->
            ScriptedBlaxel.json(
                404, "{\"error\":{\"code\":\"WORKLOAD_UNAVAILABLE\",\"message\":\"not there\"}}"));
    CompletableFuture<Throwable> failure = failureOf(() -> sandbox.processes().list());
    int pauses = passPauses(Duration.ofMinutes(1));

    assertThat(failure).succeedsWithin(10, TimeUnit.SECONDS).isNotNull();
    assertThat(timesAsked(LIST)).isEqualTo(1 + pauses);
  }

  @Test
  void aCreationThatTheGatewayCutIsLookedForForTwoMinutes() {
    BlaxelClient client = blaxel.open(builder());
    blaxel.on("POST /v0/sandboxes", new MockResponse.Builder().code(504).build());
    blaxel.always(
        "GET /v0/sandboxes",
        request -> ScriptedBlaxel.json(200, "{\"data\":[],\"meta\":{\"hasMore\":false}}"));
    CompletableFuture<Throwable> failure = failureOf(() -> client.create(SandboxSpec.standard()));
    int pauses = passPauses(Duration.ofMinutes(2));

    assertThat(failure)
        .succeedsWithin(10, TimeUnit.SECONDS)
        .isInstanceOf(PlatformException.class)
        .asString()
        .contains("the platform does not show it");
    assertThat(timesAsked("GET /v0/sandboxes")).isEqualTo(pauses);
  }

  @Test
  void aCommandThatIsNotAnsweredEndsAtItsDeadlineOfTenMinutes() throws Exception {
    Duration limit = Duration.ofMinutes(10);
    BlaxelSandbox sandbox = blaxel.sandbox(blaxel.open(builder().responseLimit(Duration.ZERO)));
    blaxel.shouldItBeAsked("GET /sbx/process/*", LongTimesTest::unknown);
    blaxel.shouldItBeAsked("GET /sbx/process", request -> ScriptedBlaxel.json(200, "[]"));
    blaxel.shouldItBeAsked(
        "POST /sbx/process",
        request -> new MockResponse.Builder().onResponseStart(SocketEffect.Stall.INSTANCE).build());
    CompletableFuture<Throwable> failure =
        failureOf(() -> sandbox.processes().exec(Command.of("make").timeout(limit)));
    Patience.until("it is asked", () -> timesAsked("POST /sbx/process") > 0);
    time.advance(limit);
    while (!failure.isDone()) {
      time.advance(Duration.ofMillis(50));
      Thread.onSpinWait();
    }

    assertThat(failure.get())
        .isInstanceOfSatisfying(
            DeadlineExceededException.class, e -> assertThat(e.limitDuration()).isEqualTo(limit));
  }

  private static MockResponse unknown(RecordedRequest request) {
    return ScriptedBlaxel.json(404, "{\"error\":\"process not found\"}");
  }

  @Test
  void whatBeginsLongAfterItsCallerGaveItUpIsStopped() {
    BlaxelSandbox sandbox = blaxel.sandbox(blaxel.open(builder()));
    AtomicBoolean hasBegun = new AtomicBoolean();
    AtomicBoolean isStopped = new AtomicBoolean();
    blaxel.always(
        "POST /sbx/process",
        request -> {
          if (!ScriptedBlaxel.json(request).toString().contains("make")) {
            isStopped.set(true);
            return ScriptedBlaxel.json(200, record("S"));
          }
          return new MockResponse.Builder().onResponseStart(SocketEffect.Stall.INSTANCE).build();
        });
    blaxel.always(
        "GET /sbx/process/*",
        request -> hasBegun.get() ? ScriptedBlaxel.json(200, record("")) : unknown(request));
    blaxel.shouldItBeAsked("GET /sbx/process", request -> ScriptedBlaxel.json(200, "[]"));
    CompletableFuture<?> future = sandbox.processes().execAsync(Command.of("make"));
    Patience.until("it is asked", () -> timesAsked("POST /sbx/process") > 0);
    future.cancel(true);
    time.pass(Duration.ofMillis(300));
    time.pass(Duration.ofSeconds(1));
    time.pass(Duration.ofSeconds(2));
    time.awaitWait(Duration.ofSeconds(4)); // so that nobody looks meanwhile
    hasBegun.set(true);
    time.pass(Duration.ofSeconds(4));

    Patience.until("it is stopped", isStopped::get);
    Patience.until("nobody looks any more", () -> time.waits().isEmpty());
  }

  private static String record(String completedAt) {
    return """
        {"pid":"7","name":"p","command":"make","status":"","startedAt":"S","completedAt":"%s",\
        "exitCode":0,"workingDir":"","logs":"","stdout":"","stderr":""}"""
        .replace("%s", completedAt);
  }
}
