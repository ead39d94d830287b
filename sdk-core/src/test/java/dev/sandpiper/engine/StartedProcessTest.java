package dev.sandpiper.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.CancelledException;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.EventStream;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Ended;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessEvent.OutputGap;
import dev.sandpiper.testing.Patience;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The events of a process that was started, and waits for its end. */
@Timeout(20)
class StartedProcessTest extends ScriptedProcess {
  private static final int PIECES = 1_600; // 100 MB

  @Test
  void eventsComeInOrderAndTheEndLast() {
    scripted.writes("a").complains("b").exits(0);
    try (Process process = engine.start(scripted)) {
      List<String> seen = new ArrayList<>();
      for (ProcessEvent event : process.events()) {
        seen.add(event instanceof Output output ? output.text() : event.toString());
      }
      assertThat(seen).containsExactly("a", "b", new Ended(DONE).toString());
    }
    assertThat(scripted.stops).hasValue(0);
  }

  @Test
  void waitForReadsWhatNobodyClaimed() throws Exception {
    for (int i = 0; i < PIECES; i++) {
      scripted.emits(PIECE);
    }
    scripted.exits(0);
    try (Process process = engine.start(scripted)) {
      assertThat(process.waitFor()).isEqualTo(DONE);
    }
  }

  @Test
  void unclaimedOutputIsBoundedAndTheGapSaysExactlyWhatIsMissing() throws Exception {
    for (int i = 0; i < PIECES; i++) {
      scripted.emits(PIECE);
    }
    scripted.complains("kept").exits(0);
    try (Process process = engine.start(scripted)) {
      process.waitFor();
      EventStream<ProcessEvent> events = process.events();
      OutputGap gap = (OutputGap) Objects.requireNonNull(events.next());
      long kept = 0;
      for (ProcessEvent event : events) {
        kept +=
            event instanceof Output output && output.channel() == Channel.STDOUT
                ? output.size()
                : 0;
      }

      assertThat(gap.channel()).isEqualTo(Channel.STDOUT);
      assertThat(gap.from()).hasValue(0);
      assertThat(gap.to()).hasValue((long) PIECES * PIECE.size() - kept);
      assertThat(kept).isPositive().isLessThanOrEqualTo(1 << 20);
    }
  }

  @Test
  void claimedReaderSetsThePace() throws Exception {
    try (Process process = engine.start(scripted)) {
      EventStream<ProcessEvent> events = process.events();
      for (int i = 0; i < 100; i++) {
        scripted.emits(PIECE);
      }
      Patience.until("the pump waits", () -> scripted.taken.get() >= 17);
      assertThat(events.next(Duration.ofMillis(200))).isNotNull();
      assertThat(scripted.taken.get()).isLessThan(20);

      for (int i = 1; i < 100; i++) {
        assertThat(events.next()).isInstanceOf(Output.class);
      }
    }
  }

  @Test
  void readUntilReadyThenWaitForEnds() throws Exception {
    scripted.writes("ready\n");
    try (Process process = engine.start(scripted)) {
      assertThat(text(process.events().next())).isEqualTo("ready\n");
      for (int i = 0; i < 100; i++) {
        scripted.emits(PIECE);
      }
      scripted.exits(0);

      assertThat(process.waitFor()).isEqualTo(DONE);
    }
  }

  @Test
  void waitForByAnotherThreadWaitsForTheReader() throws Exception {
    try (Process process = engine.start(scripted)) {
      EventStream<ProcessEvent> events = process.events();
      for (int i = 0; i < 100; i++) {
        scripted.emits(PIECE);
      }
      scripted.exits(0);
      CompletableFuture<ExitStatus> waiting = inThread(process::waitFor);
      int outputs = 0;
      for (ProcessEvent event : events) {
        outputs += event instanceof Output ? 1 : 0;
        if (outputs < 50) {
          assertThat(waiting).isNotDone();
        }
      }

      assertThat(outputs).isEqualTo(100);
      assertThat(waiting.get(5, TimeUnit.SECONDS)).isEqualTo(DONE);
    }
  }

  @Test
  void timedWaitKillsNothingAndLosesNothing() throws Exception {
    try (Process process = engine.start(scripted)) {
      assertThat(process.waitFor(Duration.ofMillis(20))).isEmpty();
      assertThat(process.waitFor(Duration.ZERO)).isEmpty();
      scripted.exits(0);

      assertThat(process.waitFor(Duration.ofSeconds(5))).contains(DONE);
    }
    assertThat(scripted.stops).hasValue(0);
  }

  @Test
  void timedReadTellsNothingYetFromTheEndAndLosesNothing() throws Exception {
    try (Process process = engine.start(scripted)) {
      EventStream<ProcessEvent> events = process.events();
      assertThatThrownBy(() -> events.next(Duration.ofMillis(20)))
          .isInstanceOf(TimeoutException.class);
      assertThatThrownBy(() -> events.next(Duration.ofSeconds(-1)))
          .isInstanceOf(TimeoutException.class);
      scripted.writes("late").exits(0);

      assertThat(text(events.next(Duration.ofSeconds(5)))).isEqualTo("late");
      assertThat(events.next(Duration.ofSeconds(5))).isEqualTo(new Ended(DONE));
      assertThat(events.next(Duration.ofSeconds(5))).isNull();
      assertThat(events.next(Duration.ZERO)).isNull();
      assertThat(events.next()).isNull();
    }
  }

  @Test
  void closedEventsHaveEnded() throws Exception {
    try (Process process = engine.start(scripted)) {
      EventStream<ProcessEvent> events = process.events();
      CompletableFuture<Boolean> ended = inThread(() -> events.next(Duration.ofHours(1)) == null);
      events.close();

      assertThat(ended.get(5, TimeUnit.SECONDS)).isTrue();
      assertThat(events.next(Duration.ZERO)).isNull();
    }
  }

  @Test
  void timedReadThrowsWhatEndedTheStreamEachTime() {
    ConnectionLostException lost = lost();
    scripted.fails(lost);
    try (Process process = engine.start(scripted)) {
      EventStream<ProcessEvent> events = process.events();
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> events.next(Duration.ofSeconds(5))).isSameAs(lost);
      }
    }
  }

  @Test
  void interruptedReadKeepsTheFlagAndLosesNothing() {
    try (Process process = engine.start(scripted)) {
      EventStream<ProcessEvent> events = process.events();
      Thread.currentThread().interrupt();
      assertThatThrownBy(events::next).isInstanceOf(CancelledException.class);
      assertThat(Thread.interrupted()).isTrue();
      scripted.writes("still here").exits(0);

      assertThat(text(events.next())).isEqualTo("still here");
    }
  }

  @Test
  void interruptedWaitIsInterrupted() {
    try (Process process = engine.start(scripted)) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(process::waitFor).isInstanceOf(InterruptedException.class);
      assertThat(scripted.stops).hasValue(0);
    }
  }

  @Test
  void lostConnectionComesBehindWhatArrived() throws Exception {
    ConnectionLostException lost = lost();
    scripted.writes("half").fails(lost);
    try (Process process = engine.start(scripted)) {
      EventStream<ProcessEvent> events = process.events();

      assertThat(text(events.next())).isEqualTo("half");
      assertThatThrownBy(events::next).isSameAs(lost);
      assertThatThrownBy(process::waitFor).isSameAs(lost);
      assertThat(process.onExit()).isCompletedExceptionally();
    }
    assertThat(scripted.stops).describedAs("it may run on, and is closed").hasValue(1);
  }

  /** A bug must not leave everybody waiting. */
  @Test
  void errorInTheStreamEndsTheWait() throws Exception {
    StackOverflowError bug = new StackOverflowError("deep");
    CompletableFuture<Throwable> uncaught = new CompletableFuture<>();
    Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> uncaught.complete(failure));
    scripted.fails(bug);
    try (Process process = engine.start(scripted)) {
      assertThatThrownBy(() -> process.waitFor(Duration.ofSeconds(5))).hasRootCause(bug);
      assertThat(uncaught.get(5, TimeUnit.SECONDS)).isSameAs(bug);
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(null);
    }
  }

  @Test
  void outputHasOneConsumer() throws Exception {
    scripted.exits(0);
    try (Process process = engine.start(scripted)) {
      process.events().close();

      assertThatIllegalStateException().isThrownBy(process::events);
      assertThatIllegalStateException()
          .isThrownBy(() -> process.transferTo(sink(), sink()))
          .withMessageContaining("process 7");
    }
  }

  @Test
  void eventsAreIteratedOnce() {
    scripted.exits(0);
    try (Process process = engine.start(scripted)) {
      EventStream<ProcessEvent> events = process.events();
      assertThat(events.iterator()).hasNext();

      assertThatIllegalStateException().isThrownBy(events::iterator);
    }
  }

  @Test
  void onExitCompletesWithTheStatus() throws Exception {
    scripted.exits(3);
    try (Process process = engine.start(scripted)) {
      assertThat(process.onExit().get(5, TimeUnit.SECONDS)).isEqualTo(new ExitStatus.Exited(3));
    }
  }

  @Test
  void cancellingOnExitLeavesTheProcessAlone() throws Exception {
    try (Process process = engine.start(scripted)) {
      assertThat(process.onExit().cancel(true)).isTrue();
      assertThat(scripted.stops).hasValue(0);
      scripted.exits(0);

      assertThat(process.waitFor()).isEqualTo(DONE);
    }
  }

  @Test
  void callbackOfOnExitThatBlocksHoldsNothing() throws Exception {
    CountDownLatch blocked = new CountDownLatch(1);
    CountDownLatch free = new CountDownLatch(1);
    CompletableFuture<Void> callbacks;
    try (Process process = engine.start(scripted)) {
      callbacks =
          CompletableFuture.allOf(
              process.onExit().thenRun(() -> block(blocked, free)),
              process.asJavaProcess().onExit().thenRun(() -> block(blocked, free)));
      scripted.exits(0);
      blocked.await();

      Patience.until("the stream is dropped", scripted::isClosed);
      assertThat(process.waitFor(Duration.ofSeconds(5))).contains(DONE);
      assertThat(process.asJavaProcess().isAlive()).isFalse();
    }
    assertThat(callbacks).describedAs("blocked while the process was closed").isNotDone();
    free.countDown();
    callbacks.get(5, TimeUnit.SECONDS);
  }

  private static void block(CountDownLatch begun, CountDownLatch end) {
    begun.countDown();
    try {
      end.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
