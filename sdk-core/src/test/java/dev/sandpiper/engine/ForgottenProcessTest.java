package dev.sandpiper.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.example.Forgetful;
import dev.sandpiper.Command;
import dev.sandpiper.EventStream;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Ended;
import dev.sandpiper.testing.CapturedLog;
import dev.sandpiper.testing.Garbage;
import dev.sandpiper.testing.Patience;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A process whose caller has lost it without closing it. */
@Timeout(40)
class ForgottenProcessTest {
  private static final ExitStatus SUCCESS = new ExitStatus.Exited(0);

  private final Engine engine = new Engine();
  private final ScriptedCommand command = new ScriptedCommand();

  @BeforeEach
  void clearLog() {
    CapturedLog.clear();
  }

  @AfterEach
  void nothingIsLeft() {
    engine.close();
  }

  /** Starts it, and keeps of it only what is returned. */
  private <T> T keep(Function<Process, T> kept) {
    Command asked = Command.of("scripted").openStdin();
    return kept.apply(Forgetful.opens(() -> engine.processes(command).start(asked)));
  }

  @Test
  void itIsReportedOnceWithWhereItWasOpenedAndLetGoOf() {
    keep(process -> null);
    Garbage.until("it is reported", () -> !Garbage.reports().isEmpty());
    Patience.until("its stream is dropped", command::isClosed);
    assertThat(command.stops).as("it runs on").hasValue(0);
    Garbage.collect();
    assertThat(Garbage.reports())
        .singleElement()
        .asString()
        .contains("process test:sandbox/7")
        .contains("opened at com.example.Forgetful.opens(Forgetful.java:");
  }

  @Test
  void itsDeadlineStillHolds() {
    command.onStop(() -> {});
    Command asked = Command.of("scripted").timeout(Duration.ofSeconds(2));
    Forgetful.opens(() -> engine.processes(command).start(asked));
    Garbage.until("it is reported", () -> !Garbage.reports().isEmpty());
    Patience.until("it is stopped at its deadline", () -> command.stops.get() == 1);
  }

  @Test
  void itIsKeptWhileItsEventsAreRead() {
    EventStream<ProcessEvent> events = keep(Process::events);
    Garbage.collect();
    command.exits(0);
    assertThat(events.next()).isEqualTo(new Ended(SUCCESS));
    assertThat(Garbage.reports()).isEmpty();
  }

  @Test
  void itIsKeptWhileItsInputIsWritten() throws Exception {
    OutputStream stdin = keep(Process::stdin);
    Garbage.collect();
    assertThat(command.isClosed()).isFalse();
    stdin.write('x');
    stdin.close();
    command.exits(0);
    Patience.until("it has ended", command::isClosed);
  }

  @Test
  void itIsKeptWhileItsEndIsAwaited() {
    CompletableFuture<ExitStatus> exit = keep(Process::onExit);
    Garbage.collect();
    command.exits(0);
    assertThat(exit.join()).isEqualTo(SUCCESS);
    assertThat(Garbage.reports()).isEmpty();
  }

  @Test
  void itIsKeptAsAProcessOfTheJdk() throws Exception {
    java.lang.Process process = keep(Process::asJavaProcess);
    Garbage.collect();
    command.exits(0);
    assertThat(process.waitFor()).isZero();
    assertThat(Garbage.reports()).isEmpty();
  }

  @Test
  void whatWasClosedDetachedOrHasEndedIsNotReported() {
    Runnable[] ends = {
      () -> keep(process -> run(process::close)), () -> keep(Process::detach),
    };
    for (Runnable end : ends) {
      end.run();
    }
    ScriptedCommand ended = new ScriptedCommand().exits(0);
    Forgetful.opens(() -> engine.start(ended));
    Patience.until("it has ended", ended::isClosed);
    Garbage.collect();
    Garbage.collect();
    assertThat(Garbage.reports()).isEmpty();
  }

  private static Object run(Runnable action) {
    action.run();
    return action;
  }
}
