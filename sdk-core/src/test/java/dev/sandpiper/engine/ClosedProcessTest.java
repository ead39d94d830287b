package dev.sandpiper.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Command;
import dev.sandpiper.EventStream;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.Failure;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Ended;
import dev.sandpiper.Signal;
import dev.sandpiper.testing.CapturedLog;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What closing and detaching do to a process and its readers. */
@Timeout(20)
class ClosedProcessTest extends ScriptedProcess {
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
  void closeEndsTheDeadlineAsWell() {
    engine.processes(scripted).start(Command.of("scripted").timeout(Duration.ofHours(1))).close();

    assertThat(scripted.stops).hasValue(1);
  }
}
