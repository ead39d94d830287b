package dev.sandpiper.e2b;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Command;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.DeadlineExceededException.Limit;
import dev.sandpiper.Process;
import dev.sandpiper.SandboxException;
import dev.sandpiper.e2b.connect.Frames;
import dev.sandpiper.http.ManualTime;
import dev.sandpiper.testing.Patience;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A sandbox that takes every request and answers none: all that was promised a time keeps it. */
@Timeout(60)
class FrozenServerTest {
  private static final Duration LIMIT = Duration.ofSeconds(1);

  /** What closing and stopping promise. */
  private static final Duration STOPPING = Duration.ofSeconds(10);

  @RegisterExtension final ScriptedE2b e2b = new ScriptedE2b();

  private final ManualTime time = new ManualTime();

  @AfterEach
  void nothingWaits() {
    time.runOut();
  }

  private E2bSandbox sandbox() throws Exception {
    E2bClientBuilder builder = e2b.builder().reattachLimit(Duration.ofMinutes(5)).time(time);
    return e2b.sandbox(e2b.open(builder), "0.6.13");
  }

  /** One whose stream breaks at once, after which the sandbox freezes. */
  private E2bSandbox sandboxThatLosesItsStream() throws Exception {
    E2bSandbox sandbox = sandbox();
    e2b.answer(Frames.cut(Frames.start(7)));
    e2b.answerWith(() -> Frames.list(Frames.running(7, e2b.nonce())));
    e2b.freeze();
    return sandbox;
  }

  private static Duration timeOf(Runnable action) {
    long began = System.nanoTime();
    action.run();
    return Duration.ofNanos(System.nanoTime() - began);
  }

  private static CompletableFuture<Throwable> failureOf(ThrowingCallable action) {
    return CompletableFuture.supplyAsync(
        () -> catchThrowable(action), task -> new Thread(task, "caller").start());
  }

  private void assertEndsAtItsDeadline(E2bSandbox sandbox, Command command) {
    CompletableFuture<Throwable> failure =
        failureOf(() -> sandbox.processes().exec(command.timeout(LIMIT)));
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

  private void untilAsked() {
    Patience.until("it asks and is not answered", () -> e2b.unanswered() > 0);
  }

  @Test
  void startThatIsNotAnsweredEndsAtTheDeadline() throws Exception {
    E2bSandbox sandbox = sandbox();
    e2b.freeze();
    assertEndsAtItsDeadline(sandbox, Command.of("make"));
  }

  @Test
  void directoryThatCannotBeResolvedEndsAtTheDeadline() throws Exception {
    E2bSandbox sandbox = sandbox();
    e2b.freeze();
    assertEndsAtItsDeadline(sandbox, Command.of("make").directory("app"));
  }

  @Test
  void streamThatCannotBeReplacedEndsAtTheDeadline() throws Exception {
    assertEndsAtItsDeadline(sandboxThatLosesItsStream(), Command.of("make"));
  }

  @Test
  void closeKeepsItsPromiseAndFreesWhoWaits() throws Exception {
    E2bSandbox sandbox = sandboxThatLosesItsStream();
    Process process = sandbox.processes().start(Command.of("make"));
    CompletableFuture<Throwable> waiter = failureOf(process::waitFor);
    untilAsked();

    assertThat(time.passUntilDone(failureOf(process::close), STOPPING)).isNull();
    assertThat(time.passUntilDone(waiter, Duration.ZERO)).isInstanceOf(CancelledException.class);
  }

  @Test
  void detachFreesWhoWaitsToo() throws Exception {
    E2bSandbox sandbox = sandboxThatLosesItsStream();
    Process process = sandbox.processes().start(Command.of("make"));
    CompletableFuture<Throwable> waiter = failureOf(process::waitFor);
    untilAsked();

    assertThat(time.passUntilDone(failureOf(process::detach), Duration.ofSeconds(3))).isNull();
    assertThat(time.passUntilDone(waiter, Duration.ZERO)).isInstanceOf(CancelledException.class);
  }

  @Test
  void interruptedExecEndsAndTriesToStopItsCommand() throws Exception {
    E2bSandbox sandbox = sandbox();
    CountDownLatch never = new CountDownLatch(1);
    e2b.answer(Frames.held(never, Frames.start(7)));
    e2b.freeze();
    CompletableFuture<Throwable> outcome = new CompletableFuture<>();
    Thread caller =
        new Thread(() -> outcome.complete(catchThrowable(() -> sandbox.exec("make"))), "caller");
    caller.start();
    Patience.untilItReads(caller);
    caller.interrupt();
    time.advance(Duration.ofMillis(50)); // until an interrupt is noticed
    untilAsked();

    assertThat(time.passUntilDone(outcome, STOPPING)).isInstanceOf(CancelledException.class);
    never.countDown();
  }

  @Test
  void cancelledFutureEndsDuringItsLaunch() throws Exception {
    E2bSandbox sandbox = sandbox();
    e2b.freeze();
    CompletableFuture<?> future = sandbox.processes().execAsync(Command.of("make"));
    Patience.until("it asks for the start", () -> e2b.unanswered() > 0);
    future.cancel(true);
    Patience.until("it asks what runs, to stop it", () -> e2b.unanswered() > 1);
  }

  /** A connection that comes about is no progress: its break must not begin the limit anew. */
  @Test
  void streamThatBreaksBehindEachStartIsGivenUpAtTheLimit() throws Exception {
    Duration limit = Duration.ofSeconds(2);
    E2bSandbox sandbox = e2b.sandbox(e2b.open(e2b.builder().reattachLimit(limit)), "0.6.13");
    e2b.answer(Frames.cut(Frames.start(7)));
    e2b.always("/process.Process/List", () -> Frames.list(Frames.running(7, e2b.nonce())));
    e2b.always("/process.Process/Connect", () -> Frames.cut(Frames.start(7), Frames.keepAlive()));

    Duration time =
        timeOf(
            () ->
                assertThat(catchThrowable(() -> sandbox.exec("make")))
                    .isInstanceOf(SandboxException.class)
                    .hasMessageContaining("failed for 2 s"));
    assertThat(time).isLessThan(Duration.ofSeconds(10));
    assertThat(e2b.timesAsked("/process.Process/Connect")).isBetween(2, 8);
  }
}
