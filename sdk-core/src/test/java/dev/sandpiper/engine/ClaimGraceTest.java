package dev.sandpiper.engine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.Command;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Ended;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessEvent.OutputGap;
import dev.sandpiper.http.ManualTime;
import dev.sandpiper.testing.Patience;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** At the bound of its unclaimed output a process waits a while for somebody to claim it. */
@Timeout(20)
class ClaimGraceTest {
  private static final Duration LONG = Duration.ofHours(1);
  private static final ExitStatus DONE = new ExitStatus.Exited(0);
  private static final int PIECES = 25_600;
  private static final Output PIECE = Output.of(Channel.STDOUT, new byte[40]);

  private static final Map<String, Waiting> WAITS =
      Map.of(
          "waitFor", Process::waitFor,
          "timed waitFor", process -> process.waitFor(Duration.ZERO),
          "onExit", process -> process.onExit().get(10, TimeUnit.SECONDS),
          "detach", Process::detach,
          "close", Process::close,
          "Java's waitFor", process -> process.asJavaProcess().waitFor(),
          "Java's timed waitFor", process -> process.asJavaProcess().waitFor(0, TimeUnit.SECONDS),
          "Java's onExit", process -> process.asJavaProcess().onExit().get(10, TimeUnit.SECONDS));

  private final ScriptedCommand scripted = new ScriptedCommand();
  private final ManualTime time = new ManualTime();
  private final Engine engine = new Engine(null, time);

  /** Something that waits for a process, or lets it go. */
  @FunctionalInterface
  private interface Waiting {
    void run(Process process) throws Exception;
  }

  @AfterEach
  void nothingIsLeft() {
    Patience.until("the stream is dropped", scripted::isClosed);
    engine.close();
  }

  /** Returns once the pump waits for a claim. */
  private Process startAndFill(Command command, Duration grace) {
    for (int i = 0; i < PIECES; i++) {
      scripted.emits(PIECE);
    }
    Process process = engine.processes(scripted, grace).start(command);
    time.awaitWait(grace);
    assertThat(scripted.taken).hasValueLessThan(PIECES);
    return process;
  }

  @Test
  void whoClaimsTheOutputLateGetsAllOfIt() throws Exception {
    try (Process process = startAndFill(Command.of("scripted"), LONG)) {
      scripted.exits(0);
      List<ProcessEvent> events = new ArrayList<>();
      process.events().forEach(events::add);

      assertThat(events.subList(0, PIECES)).hasOnlyElementsOfType(Output.class);
      assertThat(events).hasSize(PIECES + 1).last().isEqualTo(new Ended(DONE));
    }
  }

  static Set<String> waits() {
    return WAITS.keySet();
  }

  @ParameterizedTest
  @MethodSource("waits")
  void whoWaitsOrLetsGoEndsTheGrace(String name) throws Exception {
    Process process = startAndFill(Command.of("scripted"), LONG);
    scripted.exits(0);
    requireNonNull(WAITS.get(name)).run(process);

    Patience.until("the pump has gone on to the end", scripted::isClosed);
    process.close();
  }

  /** Or else the last output and the end would come too late. */
  @Test
  void theDeadlineEndsTheGrace() {
    Duration limit = Duration.ofMinutes(10);
    try (Process process = startAndFill(Command.of("scripted").timeout(limit), LONG)) {
      time.advance(limit);
      Patience.until("the pump has gone on to the end", scripted::isClosed);
      assertThat(scripted.stops).hasValue(1);
      assertThatThrownBy(process::waitFor).isInstanceOf(DeadlineExceededException.class);
    }
  }

  @Test
  void aServerThatNobodyReadsIsStalledOnce() throws Exception {
    try (Process process = startAndFill(Command.of("scripted"), StartedProcess.GRACE)) {
      scripted.exits(0);
      time.advance(StartedProcess.GRACE);
      Patience.until("the pump has gone on to the end", scripted::isClosed);
      ProcessEvent first = process.events().next();

      assertThat(first).isInstanceOf(OutputGap.class);
      assertThat(process.waitFor()).isEqualTo(DONE);
    }
  }
}
