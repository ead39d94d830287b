package dev.sandpiper.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Command;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.EventStream;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.Failure;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Ended;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessEvent.OutputGap;
import dev.sandpiper.Signal;
import dev.sandpiper.http.ManualTime;
import dev.sandpiper.testing.CapturedLog;
import dev.sandpiper.testing.Patience;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class StartedProcessTest {
  private static final Output PIECE = Output.of(Channel.STDOUT, new byte[64 << 10]);
  private static final int PIECES = 1_600; // 100 MB
  private static final ExitStatus DONE = new ExitStatus.Exited(0);
  private static final Duration LIMIT = Duration.ofMinutes(10);
  private static final Command LIMITED = Command.of("scripted").timeout(LIMIT);

  private final ScriptedCommand scripted = new ScriptedCommand();
  private final Engine engine = new Engine();
  private final ManualTime time = new ManualTime();
  private final Engine driven = new Engine(null, time);

  @AfterEach
  void nothingIsLeft() {
    assertThat(Thread.interrupted()).describedAs("a test left the interrupt flag").isFalse();
    Patience.until("the stream is dropped", scripted::isClosed);
    engine.close();
    driven.close();
  }

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
  void closingTheEventsFreesTheReaderAndTheProcessGoesOn() throws Exception {
    try (Process process = engine.start(scripted)) {
      EventStream<ProcessEvent> events = process.events();
      CompletableFuture<Boolean> freed = inThread(() -> events.next() == null);
      events.close();
      events.close();

      assertThat(freed.get(5, TimeUnit.SECONDS)).isTrue();
      for (int i = 0; i < 100; i++) {
        scripted.emits(PIECE);
      }
      scripted.exits(0);
      assertThat(process.waitFor()).isEqualTo(DONE);
      assertThat(events.next()).isNull();
    }
  }

  @Test
  void closeFreesABlockedReaderAndStopsTheTree() throws Exception {
    Process process = engine.start(scripted);
    EventStream<ProcessEvent> events = process.events();
    CompletableFuture<ProcessEvent> reader = inThread(events::next);
    process.close();

    assertThat(reader)
        .failsWithin(Duration.ofSeconds(5))
        .withThrowableOfType(ExecutionException.class)
        .withCauseInstanceOf(CancelledException.class);
    assertThat(scripted.stops).hasValue(1);
    assertThat(process.waitFor()).isEqualTo(new ExitStatus.Signaled(Signal.TERM));
  }

  @Test
  void closeIsIdempotent() {
    Process process = engine.start(scripted);
    process.close();
    process.close();
    process.detach();

    assertThat(scripted.stops).hasValue(1);
  }

  @Test
  void closeDoesNotWaitForAReaderThatStalls() {
    for (int i = 0; i < 100; i++) {
      scripted.emits(PIECE);
    }
    Process process = engine.start(scripted);
    EventStream<ProcessEvent> events = process.events();
    assertThat(events.next()).isNotNull();
    process.close();

    assertThatThrownBy(events::next).isInstanceOf(CancelledException.class);
    assertThat(scripted.stops).hasValue(1);
  }

  @Test
  void closeAfterTheEndStopsNothingAndChangesNothing() throws Exception {
    scripted.exits(0);
    Process process = engine.start(scripted);
    EventStream<ProcessEvent> events = process.events();
    assertThat(events.next()).isEqualTo(new Ended(DONE));
    process.onExit().get(5, TimeUnit.SECONDS);
    process.close();

    assertThat(scripted.stops).hasValue(0);
    assertThat(events.next()).isNull();
    assertThat(process.waitFor()).isEqualTo(DONE);
  }

  @Test
  void closeThatCannotStopItWarnsWithItsReference() throws Exception {
    CapturedLog.clear();
    scripted.onStop(
        () -> {
          throw lost();
        });
    Process process = engine.start(scripted);
    process.close();

    assertThat(CapturedLog.lines())
        .anyMatch(line -> line.startsWith("WARN could not stop test:sandbox/7/nonce: "));
    assertThatThrownBy(process::waitFor).isInstanceOf(CancelledException.class);
  }

  @Test
  void attachedProcessIsLeftAloneByClose() {
    engine.processes(scripted).attach(scripted.ref()).close();

    assertThat(scripted.stops).hasValue(0);
    assertThat(scripted.isClosed()).isTrue();
  }

  @Test
  void detachLeavesItAloneAndCloseAfterwardsDoesNothing() {
    Process process = engine.start(scripted);
    assertThat(process.detach()).isEqualTo(scripted.ref());
    process.close();

    assertThat(scripted.stops).hasValue(0);
    assertThat(scripted.isClosed()).isTrue();
    assertThatThrownBy(process::waitFor).isInstanceOf(CancelledException.class);
  }

  @Test
  void whoWaitsIsFreedAlsoWhenLettingGoFails() {
    scripted.onLetGo(
        () -> {
          throw new IllegalStateException("the platform is in trouble");
        });
    Process process = engine.start(scripted);
    assertThatThrownBy(process::detach).hasMessage("the platform is in trouble");

    assertThatThrownBy(process::waitFor).isInstanceOf(CancelledException.class);
    scripted.cancel();
  }

  @Test
  void deadlineHoldsAfterDetach() {
    driven.processes(scripted).start(LIMITED).detach();
    time.advance(LIMIT);

    Patience.until("it is stopped", () -> scripted.stops.get() == 1);
  }

  @Test
  void deadlineStopsTheTreeAndTellsWhoWaits() {
    scripted.onStop(() -> scripted.writes("last").ends(new ExitStatus.Signaled(Signal.KILL)));
    try (Process process = driven.processes(scripted).start(LIMITED)) {
      time.advance(LIMIT.minusNanos(1));
      assertThat(time.waits()).contains(Duration.ofNanos(1));
      time.advance(Duration.ofNanos(1));
      assertThatThrownBy(process::waitFor)
          .isInstanceOf(DeadlineExceededException.class)
          .hasMessageContaining("start scripted: stopped at its deadline of 600 s");
      assertThat(text(process.events().next())).isEqualTo("last");
    }
    assertThat(scripted.stops).hasValue(1);
  }

  @Test
  void aCloseBesideTheStopOfTheDeadlineWaitsForItAndStopsNothingAgain() throws Exception {
    CountDownLatch answered = new CountDownLatch(1);
    scripted.onStop(
        () -> {
          scripted.ends(new ExitStatus.Signaled(Signal.TERM));
          Patience.until("the stop may be answered", () -> answered.getCount() == 0);
        });
    Process process = driven.processes(scripted).start(LIMITED);
    time.advance(LIMIT);
    assertThat(process.onExit()).failsWithin(Duration.ofSeconds(10));

    Thread closer = new Thread(process::close);
    closer.start();
    Patience.until("the close waits", () -> Patience.isInside(closer, "ReentrantLock"));
    answered.countDown();
    closer.join();
    assertThat(scripted.stops).hasValue(1);
  }

  @Test
  void anInterruptDuringCloseDoesNotLeaveTheProcessRunning() {
    Thread closer = Thread.currentThread();
    scripted.onStop(
        () -> {
          if (scripted.stops.get() == 1) {
            closer.interrupt();
            throw new CancelledException(Failure.of("stop", "it", "its thread was interrupted"));
          }
          scripted.ends(new ExitStatus.Signaled(Signal.TERM));
        });
    engine.start(scripted).close();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(scripted.stops).hasValue(2);
  }

  @Test
  void transferToCopiesTheLastWordsAndThenTellsOfTheDeadline() {
    scripted.onStop(() -> scripted.writes("last").ends(new ExitStatus.Signaled(Signal.KILL)));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (Process process = driven.processes(scripted).start(LIMITED)) {
      time.advance(LIMIT);
      assertThatThrownBy(() -> process.transferTo(out, out))
          .isInstanceOf(DeadlineExceededException.class);
    }
    assertThat(out).hasToString("last");
  }

  @Test
  void commandThatEndedInTimeIsNotLateBecauseOfItsReader() throws Exception {
    try (Process process = driven.processes(scripted).start(LIMITED)) {
      EventStream<ProcessEvent> events = process.events();
      for (int i = 0; i < 16; i++) {
        scripted.emits(PIECE);
      }
      scripted.exits(0);
      Patience.until("its end is known", () -> !time.waits().contains(LIMIT));
      time.advance(LIMIT);
      events.close();

      assertThat(process.waitFor()).isEqualTo(DONE);
    }
    assertThat(scripted.stops).hasValue(0);
  }

  @Test
  void closeEndsTheDeadlineAsWell() {
    engine.processes(scripted).start(Command.of("scripted").timeout(Duration.ofHours(1))).close();

    assertThat(scripted.stops).hasValue(1);
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

  @Test
  void transferToCopiesBothChannelsAndReturnsTheStatus() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    scripted.writes("o1").complains("e1").writes("o2").exits(2);
    try (Process process = engine.start(scripted)) {
      assertThat(process.transferTo(out, err)).isEqualTo(new ExitStatus.Exited(2));
    }
    assertThat(out.toString(UTF_8)).isEqualTo("o1o2");
    assertThat(err.toString(UTF_8)).isEqualTo("e1");
  }

  @Test
  void transferToFlushesWhenNothingMoreIsThere() throws Exception {
    CompletableFuture<String> flushed = new CompletableFuture<>();
    ByteArrayOutputStream out =
        new ByteArrayOutputStream() {
          @Override
          public void flush() {
            flushed.complete(toString(UTF_8));
          }
        };
    try (Process process = engine.start(scripted)) {
      CompletableFuture<ExitStatus> copying = inThread(() -> process.transferTo(out, out));
      scripted.writes("prompt> ");

      assertThat(flushed.get(5, TimeUnit.SECONDS)).isEqualTo("prompt> ");
      scripted.exits(0);
      assertThat(copying.get(5, TimeUnit.SECONDS)).isEqualTo(DONE);
    }
  }

  @Test
  void transferToThatCannotWriteLeavesTheProcessAlone() throws Exception {
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int one) throws IOException {
            throw new IOException("disk full");
          }
        };
    scripted.writes("a");
    try (Process process = engine.start(scripted)) {
      assertThatThrownBy(() -> process.transferTo(full, full)).hasMessage("disk full");
      assertThat(scripted.stops).hasValue(0);
      scripted.writes("b").exits(0);

      assertThat(process.waitFor()).isEqualTo(DONE);
    }
  }

  @Test
  void transferToIsFreedByClose() {
    Process process = engine.start(scripted);
    CompletableFuture<ExitStatus> copying = inThread(() -> process.transferTo(sink(), sink()));
    Patience.until("the output is claimed", StartedProcessTest::callerIsReading);
    process.close();

    assertThat(copying)
        .failsWithin(Duration.ofSeconds(5))
        .withThrowableOfType(ExecutionException.class)
        .withCauseInstanceOf(CancelledException.class);
  }

  private static boolean callerIsReading() {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(
            thread ->
                thread.getName().equals("test-caller") && Patience.isInside(thread, "EventQueue"));
  }

  private static <T> CompletableFuture<T> inThread(Callable<T> call) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                result.complete(call.call());
              } catch (Throwable e) {
                result.completeExceptionally(e);
              }
            },
            "test-caller");
    thread.setDaemon(true);
    thread.start();
    return result;
  }

  private static String text(@Nullable ProcessEvent event) {
    return ((Output) Objects.requireNonNull(event)).text();
  }

  private static OutputStream sink() {
    return OutputStream.nullOutputStream();
  }

  private static ConnectionLostException lost() {
    return new ConnectionLostException(Failure.of("start", "scripted", "lost"), null, null);
  }
}
