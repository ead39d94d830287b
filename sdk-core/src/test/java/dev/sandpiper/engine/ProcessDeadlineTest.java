package dev.sandpiper.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.Command;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.EventStream;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.Signal;
import dev.sandpiper.http.ManualTime;
import dev.sandpiper.testing.Patience;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Processes whose time is over. */
@Timeout(20)
class ProcessDeadlineTest extends ScriptedProcess {
  private static final Duration LIMIT = Duration.ofMinutes(10);
  private static final Command LIMITED = Command.of("scripted").timeout(LIMIT);
  private final ManualTime time = new ManualTime();
  private final Engine driven = new Engine(null, time);

  @Override
  void closeEngines() {
    driven.close(); // first: the other one's close waits for the threads of both
    super.closeEngines();
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
}
