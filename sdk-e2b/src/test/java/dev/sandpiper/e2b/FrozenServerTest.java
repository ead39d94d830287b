package dev.sandpiper.e2b;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Command;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.DeadlineExceededException.Limit;
import dev.sandpiper.Process;
import dev.sandpiper.SandboxException;
import dev.sandpiper.testing.Patience;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A sandbox that takes every request and answers none: all that was promised a time keeps it. */
@Timeout(60)
class FrozenServerTest {
  private static final Duration LIMIT = Duration.ofSeconds(1);

  /** What closing and stopping promise, and what a busy machine needs. */
  private static final Duration STOPPING = Duration.ofSeconds(13);

  @RegisterExtension final ScriptedE2b e2b = new ScriptedE2b();

  private E2bSandbox sandbox() throws Exception {
    return e2b.sandbox(e2b.open(e2b.builder().reattachLimit(Duration.ofMinutes(5))), "0.6.13");
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

  private void assertDeadline(Throwable thrown) {
    assertThat(thrown)
        .isInstanceOfSatisfying(
            DeadlineExceededException.class,
            e -> {
              assertThat(e.limit()).isEqualTo(Limit.DEADLINE);
              assertThat(e.limitDuration()).isEqualTo(LIMIT);
            });
    assertThat(e2b.unanswered()).isPositive();
  }

  @Test
  void startThatIsNotAnsweredEndsAtTheDeadline() throws Exception {
    E2bSandbox sandbox = sandbox();
    e2b.freeze();
    Command command = Command.of("make").timeout(LIMIT);
    Duration time =
        timeOf(() -> assertDeadline(catchThrowable(() -> sandbox.processes().exec(command))));
    assertThat(time).isBetween(LIMIT, LIMIT.plus(STOPPING));
  }

  @Test
  void directoryThatCannotBeResolvedEndsAtTheDeadline() throws Exception {
    E2bSandbox sandbox = sandbox();
    e2b.freeze();
    Command command = Command.of("make").directory("app").timeout(LIMIT);
    Duration time =
        timeOf(() -> assertDeadline(catchThrowable(() -> sandbox.processes().exec(command))));
    assertThat(time).isBetween(LIMIT, LIMIT.plus(STOPPING));
  }

  @Test
  void streamThatCannotBeReplacedEndsAtTheDeadline() throws Exception {
    E2bSandbox sandbox = sandboxThatLosesItsStream();
    Command command = Command.of("make").timeout(LIMIT);
    Duration time =
        timeOf(() -> assertDeadline(catchThrowable(() -> sandbox.processes().exec(command))));
    assertThat(time).isBetween(LIMIT, LIMIT.plus(STOPPING));
  }

  @Test
  void closeKeepsItsPromiseAndFreesWhoWaits() throws Exception {
    E2bSandbox sandbox = sandboxThatLosesItsStream();
    Process process = sandbox.processes().start(Command.of("make"));
    CompletableFuture<Throwable> waiter = waiting(process);
    Patience.until("it asks for another connection", () -> e2b.unanswered() > 0);

    assertThat(timeOf(process::close)).isLessThan(STOPPING);
    assertThat(waiter.get(2, TimeUnit.SECONDS)).isInstanceOf(CancelledException.class);
  }

  @Test
  void detachFreesWhoWaitsToo() throws Exception {
    E2bSandbox sandbox = sandboxThatLosesItsStream();
    Process process = sandbox.processes().start(Command.of("make"));
    CompletableFuture<Throwable> waiter = waiting(process);
    Patience.until("it asks for another connection", () -> e2b.unanswered() > 0);

    assertThat(timeOf(process::detach)).isLessThan(Duration.ofSeconds(3));
    assertThat(waiter.get(2, TimeUnit.SECONDS)).isInstanceOf(CancelledException.class);
  }

  private static CompletableFuture<Throwable> waiting(Process process) {
    return CompletableFuture.supplyAsync(() -> catchThrowable(process::waitFor));
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

    assertThat(outcome.get(STOPPING.toSeconds(), TimeUnit.SECONDS))
        .isInstanceOf(CancelledException.class);
    assertThat(e2b.unanswered()).isPositive();
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
                    .hasMessageContaining("within 2 s"));
    assertThat(time).isLessThan(Duration.ofSeconds(10));
    assertThat(e2b.timesAsked("/process.Process/Connect")).isBetween(2, 8);
  }
}
