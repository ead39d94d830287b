package dev.sandpiper.testkit.promises;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Command;
import dev.sandpiper.EventStream;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class StreamsNeverHangTest extends LocalE2bTest {

  @Test
  void anInterruptedExecThrowsWithTheFlagSetAndStopsItsCommand() throws Exception {
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    AtomicBoolean flag = new AtomicBoolean();
    Thread caller =
        new Thread(
            () -> {
              try {
                sandbox.shell("echo begun > begun; sleep 60");
              } catch (RuntimeException e) {
                thrown.set(e);
                flag.set(Thread.currentThread().isInterrupted());
              }
            });
    caller.start();
    await("the command", () -> sandbox.files().exists("begun"));
    caller.interrupt();
    caller.join(10_000);
    assertThat(thrown.get()).isInstanceOf(CancelledException.class);
    assertThat(flag).isTrue();
    assertThat(Leftovers.processesOf(sandbox.id())).isEmpty();
  }

  @Test
  void whoIsInterruptedBeforehandSendsNothing() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> sandbox.shell("echo run > runs"))
        .isInstanceOfSatisfying(CancelledException.class, e -> assertThat(e.retryable()).isTrue());
    assertThat(Thread.interrupted()).isTrue();
    assertThat(sandbox.files().exists("runs")).isFalse();
  }

  @Test
  void aWaitCanBeInterruptedAndTheProcessGoesOn() throws Exception {
    try (Process process = sandbox.processes().start(Command.of("sleep", "60"))) {
      CountDownLatch waiting = new CountDownLatch(1);
      CompletableFuture<Throwable> outcome = new CompletableFuture<>();
      Thread waiter =
          new Thread(
              () -> {
                waiting.countDown();
                try {
                  process.waitFor();
                  outcome.complete(null);
                } catch (InterruptedException e) {
                  outcome.complete(e);
                }
              });
      waiter.start();
      waiting.await();
      waiter.interrupt();
      assertThat(outcome.get(5, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
      assertThat(process.waitFor(Duration.ofMillis(100))).isEmpty();
    }
  }

  @Test
  void aReadCanBeInterruptedAndGoneOnWith() throws Exception {
    try (Process process =
        sandbox
            .processes()
            .start(Command.shell("while [ ! -e go ]; do sleep 0.05; done; echo on"))) {
      EventStream<ProcessEvent> events = process.events();
      Thread.currentThread().interrupt();
      assertThatThrownBy(events::next).isInstanceOf(CancelledException.class);
      assertThat(Thread.interrupted()).isTrue();
      sandbox.shell("touch go").orThrow();
      assertThat(events.next()).isInstanceOf(ProcessEvent.Output.class);
    }
  }

  @Test
  void aTimedReadTellsNothingYetFromTheEndAndLosesNothing() throws Exception {
    try (Process process =
        sandbox
            .processes()
            .start(Command.shell("while [ ! -e go ]; do sleep 0.05; done; echo on"))) {
      EventStream<ProcessEvent> events = process.events();
      assertThatThrownBy(() -> events.next(Duration.ofMillis(50)))
          .isInstanceOf(TimeoutException.class);
      sandbox.shell("touch go").orThrow();
      assertThat(events.next(Duration.ofSeconds(10)))
          .isInstanceOfSatisfying(
              ProcessEvent.Output.class, output -> assertThat(output.text()).isEqualTo("on\n"));
      assertThat(events.next(Duration.ofSeconds(10))).isInstanceOf(ProcessEvent.Ended.class);
      assertThat(events.next(Duration.ofSeconds(10))).isNull();
    }
  }

  @Test
  void closingAProcessFreesItsBlockedReader() throws Exception {
    Process process = sandbox.processes().start(Command.of("sleep", "60"));
    EventStream<ProcessEvent> events = process.events();
    CompletableFuture<Throwable> outcome =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                events.next();
                return null;
              } catch (RuntimeException e) {
                return e;
              }
            });
    process.close();
    assertThat(outcome.get(10, TimeUnit.SECONDS)).isInstanceOf(CancelledException.class);
  }
}
