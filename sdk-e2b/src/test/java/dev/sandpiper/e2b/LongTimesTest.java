package dev.sandpiper.e2b;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.sandpiper.Command;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.DeadlineExceededException.Limit;
import dev.sandpiper.ExitStatus.Signaled;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.SandboxFilter;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.Signal;
import dev.sandpiper.e2b.connect.Frames;
import dev.sandpiper.e2b.process.ProcessRpc;
import dev.sandpiper.engine.ProcessTrees;
import dev.sandpiper.http.ManualTime;
import dev.sandpiper.testing.Patience;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.MockResponseBody;
import mockwebserver3.SocketEffect;
import okio.BufferedSink;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What takes minutes, by a time that stands still until the test lets it pass. */
@Timeout(20)
class LongTimesTest {
  private static final String START = "POST /process.Process/Start";
  private static final String LIST = "POST /process.Process/List";
  private static final Duration INSTANT = Duration.ofNanos(1);
  private static final Duration TEN_MINUTES = Duration.ofMinutes(10);

  @RegisterExtension final ScriptedE2b e2b = new ScriptedE2b();

  private final ManualTime time = new ManualTime();

  @AfterEach
  void nothingWaits() {
    time.runOut();
  }

  private E2bClientBuilder builder() {
    return e2b.builder().time(time);
  }

  private E2bSandbox sandbox(E2bClientBuilder builder) throws Exception {
    return e2b.sandbox(e2b.open(builder), "0.6.13");
  }

  /** What an action fails with, on a thread of its own. */
  private static CompletableFuture<Throwable> failureOf(Runnable action) {
    return CompletableFuture.supplyAsync(
        () -> catchThrowable(action::run), task -> new Thread(task, "caller").start());
  }

  private static Thread caller() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("caller"))
        .findFirst()
        .orElseThrow();
  }

  private static Throwable soon(CompletableFuture<Throwable> failure) throws Exception {
    return failure.get(10, TimeUnit.SECONDS);
  }

  @Test
  void aDeadlineOfTenMinutesStopsTheTreeThenAndNotAMomentSooner() throws Exception {
    CountDownLatch killed = new CountDownLatch(1);
    E2bSandbox sandbox = sandbox(builder().idleLimit(Duration.ZERO));
    e2b.answer(
        Frames.held(
            killed,
            Frames.joined(Frames.start(7), Frames.stdout("part")).readByteArray(),
            Frames.killedBy("terminated"),
            Frames.goodbye()));
    e2b.answerWith(() -> Frames.list(Frames.running(7, e2b.nonce())));
    e2b.answerWith(
        () -> {
          killed.countDown();
          return Frames.stream(Frames.start(8), Frames.exited(0), Frames.goodbye());
        });
    Command command = Command.of("serve").timeout(TEN_MINUTES);
    CompletableFuture<Throwable> failure = failureOf(() -> sandbox.processes().exec(command));
    time.awaitWait(TEN_MINUTES);
    time.advance(TEN_MINUTES.minus(INSTANT));
    assertThat(time.waits()).containsExactly(INSTANT);
    time.advance(INSTANT);

    assertThat(soon(failure))
        .isInstanceOfSatisfying(
            DeadlineExceededException.class,
            e -> {
              assertThat(e.limit()).isEqualTo(Limit.DEADLINE);
              assertThat(e.limitDuration()).isEqualTo(TEN_MINUTES);
              assertThat(e.partialResult().orElseThrow().stdout().text()).isEqualTo("part");
              assertThat(e.partialResult().orElseThrow().duration()).isEqualTo(TEN_MINUTES);
              assertThat(e.partialResult().orElseThrow().exit())
                  .isEqualTo(new Signaled(Signal.TERM));
            });
    e2b.take(START);
    e2b.take(LIST);
    assertThat(ScriptedE2b.startRequest(e2b.take(START)).getProcess().getArgsList())
        .startsWith("-c", ProcessTrees.STOP, "sh", "200");
  }

  @Test
  void aStartThatIsNotAnsweredEndsAtTheDeadlineOfTenMinutes() throws Exception {
    E2bSandbox sandbox = sandbox(builder().responseLimit(Duration.ZERO));
    e2b.freeze();
    Command command = Command.of("make").timeout(TEN_MINUTES);
    CompletableFuture<Throwable> failure = failureOf(() -> sandbox.processes().exec(command));
    untilAsked(1);
    time.advance(TEN_MINUTES);
    untilAsked(2); // whether it runs after all
    time.advance(ProcessRpc.SHORT);

    assertThat(soon(failure))
        .isInstanceOfSatisfying(
            DeadlineExceededException.class,
            e -> assertThat(e.limitDuration()).isEqualTo(TEN_MINUTES));
  }

  private void untilAsked(int times) {
    Patience.until("request " + times + " has come", () -> e2b.unanswered() >= times);
  }

  /** A stream that says what a test adds, each as a chunk, until that is empty. */
  private static final class Saying implements MockResponseBody {
    private final BlockingQueue<byte[]> frames = new LinkedBlockingQueue<>();

    @Override
    public long getContentLength() {
      return -1;
    }

    @Override
    public void writeTo(BufferedSink sink) throws IOException {
      try {
        byte[] frame = frames.take();
        while (frame.length > 0) {
          sink.writeHexadecimalUnsignedLong(frame.length).writeUtf8("\r\n");
          sink.write(frame).writeUtf8("\r\n").flush();
          frame = frames.take();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    MockResponse response() {
      return new MockResponse.Builder()
          .addHeader("Content-Type", Frames.streamType())
          .body(this)
          .setHeader("Transfer-Encoding", "chunked")
          .build();
    }
  }

  @Test
  void whoSpeaksEveryKeepAliveIntervalIsNeverSilentAndThreeWithoutAWordAre() throws Exception {
    Duration interval = Duration.ofSeconds(20);
    E2bSandbox sandbox = sandbox(builder());
    Saying stream = new Saying();
    stream.frames.add(Frames.start(7));
    e2b.answer(stream.response());
    try (Process process = sandbox.processes().start(Command.of("serve"))) {
      var events = process.events();
      for (int i = 0; i < 180; i++) { // an hour
        time.advance(interval);
        stream.frames.add(Frames.keepAlive());
        stream.frames.add(Frames.stdout("tick"));
        assertThat(events.next()).isInstanceOf(ProcessEvent.Output.class);
      }
      Duration silent = Duration.ZERO;
      while (!process.onExit().isDone()) {
        time.advance(Duration.ofSeconds(1));
        silent = silent.plusSeconds(1);
        Thread.onSpinWait();
      }
      assertThat(silent).isGreaterThanOrEqualTo(interval.multipliedBy(3));
      assertThat(process.onExit())
          .failsWithin(Duration.ZERO)
          .withThrowableThat()
          .havingCause()
          .isInstanceOfSatisfying(
              DeadlineExceededException.class,
              e -> {
                assertThat(e.limit()).isEqualTo(Limit.IDLE);
                assertThat(e.limitDuration()).isEqualTo(interval.multipliedBy(3));
              });
      process.detach();
    }
    stream.frames.add(new byte[0]);
    e2b.take(START);
  }

  @Test
  void pausesBetweenAttemptsToReattachDoubleUpToFiveSecondsForHalfAMinute() throws Exception {
    E2bSandbox sandbox = sandbox(builder().reattachLimit(Duration.ofSeconds(30)));
    e2b.answer(Frames.cut(Frames.start(7)));
    e2b.always("/process.Process/List", () -> new MockResponse.Builder().code(503).build());
    CompletableFuture<Throwable> failure = failureOf(() -> sandbox.exec("make"));
    for (int millis : new int[] {100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000, 5000}) {
      time.pass(Duration.ofMillis(millis));
    }

    assertThat(soon(failure))
        .isInstanceOf(ConnectionLostException.class)
        .hasMessageContaining("reconnecting failed for 30 s");
    assertThat(e2b.timesAsked("/process.Process/List")).isEqualTo(11);
  }

  @Test
  void whatAControlPlaneAsksToWaitIsWaited() throws Exception {
    E2bClient client = e2b.open(builder());
    e2b.answer(429, "{}", "Retry-After: 7");
    e2b.answer(200, "[]");
    CompletableFuture<Throwable> failure =
        failureOf(
            () -> assertThat(client.list(SandboxFilter.all()).iterator().hasNext()).isFalse());
    time.pass(Duration.ofSeconds(7));

    assertThat(soon(failure)).isNull();
    e2b.take();
    e2b.take();
  }

  private void answerCreateNever() {
    e2b.answer(
        new MockResponse.Builder().code(201).onResponseStart(SocketEffect.Stall.INSTANCE).build());
  }

  @Test
  void aCreateWithoutAnAnswerIsLookedForTwiceAfterTheResponseLimit() throws Exception {
    E2bClient client = e2b.open(builder());
    answerCreateNever();
    e2b.answer(200, "[]");
    e2b.answer(200, "[]");
    CompletableFuture<Throwable> failure = failureOf(() -> client.create(SandboxSpec.standard()));
    e2b.take("POST /v2/sandboxes");
    Patience.untilItReads(caller()); // it waits for the answer a moment after the request has come
    time.advance(Duration.ofSeconds(60));
    time.pass(Duration.ofMillis(500));

    assertThat(soon(failure))
        .isInstanceOfSatisfying(
            DeadlineExceededException.class,
            e -> assertThat(e.limitDuration()).isEqualTo(Duration.ofSeconds(60)))
        .hasMessageContaining("the list does not show it");
    e2b.take();
    e2b.take();
  }

  /** Cancelled while its request is on its way, and not there when it is looked for at once. */
  private void cancelAStart(E2bSandbox sandbox) throws Exception {
    e2b.answer(new MockResponse.Builder().onResponseStart(SocketEffect.Stall.INSTANCE).build());
    CompletableFuture<?> future = sandbox.processes().execAsync(Command.of("make"));
    e2b.take(START);
    e2b.answer(Frames.list());
    e2b.answer(Frames.list());
    future.cancel(true);
    e2b.take(LIST);
    time.pass(Duration.ofMillis(300));
    e2b.take(LIST);
  }

  @Test
  void whatBeginsLongAfterItsCallerGaveItUpIsStopped() throws Exception {
    E2bSandbox sandbox = sandbox(builder());
    cancelAStart(sandbox);
    for (int seconds = 1; seconds <= 4; seconds *= 2) {
      e2b.answer(Frames.list());
      time.pass(Duration.ofSeconds(seconds));
      e2b.take(LIST);
    }
    e2b.answerWith(() -> Frames.list(Frames.running(7, e2b.nonce()))); // it has begun
    e2b.answerWith(() -> Frames.list(Frames.running(7, e2b.nonce())));
    e2b.answer(Frames.stream(Frames.start(8), Frames.exited(0), Frames.goodbye()));
    time.pass(Duration.ofSeconds(8));
    e2b.take(LIST);
    e2b.take(LIST);

    assertThat(ScriptedE2b.startRequest(e2b.take(START)).getProcess().getArgsList())
        .containsExactly("-c", ProcessTrees.STOP, "sh", "200", e2b.nonce() + "/7");
    Patience.until("nobody looks any more", () -> time.waits().isEmpty());
  }

  @Test
  void whatWasGivenUpIsLookedForThroughAnOutageAndNoLongerThanHalfAMinute() throws Exception {
    E2bSandbox sandbox = sandbox(builder());
    cancelAStart(sandbox);
    for (int seconds = 1; seconds <= 16; seconds *= 2) {
      e2b.answer(seconds == 4 ? ScriptedE2b.json(400, "{}") : Frames.list());
      time.pass(Duration.ofSeconds(seconds));
      e2b.take(LIST);
    }
    Patience.until("nobody looks any more", () -> time.waits().isEmpty());
  }
}
