package dev.sandpiper.testkit.contract;

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

/** Every blocked call is released by an interrupt, by a limit, and by closing. */
interface StreamsNeverHang extends Facts {

  @Fact
  default void anInterruptedExecThrowsWithTheFlagSetAndStopsItsCommand() throws Exception {
    RunningCommands running = new RunningCommands(sandbox());
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    AtomicBoolean flag = new AtomicBoolean();
    Thread caller =
        new Thread(
            () -> {
              try {
                processes().exec(running.script("echo begun > begun; sleep 900"));
              } catch (RuntimeException e) {
                thrown.set(e);
                flag.set(Thread.currentThread().isInterrupted());
              }
            });
    caller.start();
    awaitFile("begun");
    caller.interrupt();
    caller.join(10_000);
    assertThat(thrown.get()).isInstanceOf(CancelledException.class);
    assertThat(flag).isTrue();
    running.assertStopped();
  }

  @Fact
  default void whoIsInterruptedBeforehandSendsNothing() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> sandbox().shell("echo run > runs"))
        .isInstanceOfSatisfying(CancelledException.class, e -> assertThat(e.retryable()).isTrue());
    assertThat(Thread.interrupted()).isTrue();
    assertThat(files().list(".")).isEmpty();
  }

  @Fact
  default void aWaitCanBeInterruptedAndTheProcessGoesOn() throws Exception {
    try (Process process = sandbox().processes().start(Command.of("sleep", "60"))) {
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

  @Fact
  default void aReadCanBeInterruptedAndGoneOnWith() throws Exception {
    try (Process process =
        sandbox()
            .processes()
            .start(Command.shell("while [ ! -e go ]; do sleep 0.05; done; echo on"))) {
      EventStream<ProcessEvent> events = process.events();
      Thread.currentThread().interrupt();
      assertThatThrownBy(events::next).isInstanceOf(CancelledException.class);
      assertThat(Thread.interrupted()).isTrue();
      sandbox().shell("touch go");
      assertThat(events.next()).isInstanceOf(ProcessEvent.Output.class);
    }
  }

  @Fact
  default void aTimedReadTellsNothingYetFromTheEndAndLosesNothing() throws Exception {
    try (Process process =
        sandbox()
            .processes()
            .start(Command.shell("while [ ! -e go ]; do sleep 0.05; done; echo on"))) {
      EventStream<ProcessEvent> events = process.events();
      assertThatThrownBy(() -> events.next(Duration.ofMillis(50)))
          .isInstanceOf(TimeoutException.class);
      sandbox().shell("touch go");
      assertThat(events.next(Duration.ofSeconds(10)))
          .isInstanceOfSatisfying(
              ProcessEvent.Output.class, output -> assertThat(output.text()).isEqualTo("on\n"));
      assertThat(events.next(Duration.ofSeconds(10))).isInstanceOf(ProcessEvent.Ended.class);
      assertThat(events.next(Duration.ofSeconds(10))).isNull();
    }
  }

  @Fact
  default void closingAProcessFreesItsBlockedReader() throws Exception {
    Process process = sandbox().processes().start(Command.of("sleep", "60"));
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
