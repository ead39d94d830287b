package dev.sandpiper.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Command;
import dev.sandpiper.Content;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.ExecResult;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.TerminalSize;
import dev.sandpiper.testing.Patience;
import dev.sandpiper.wire.BlockInputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An executor that the caller brought may be full, or refuse, and nothing is late or left over. */
@Timeout(20)
class CallersExecutorTest {
  private static final Command COMMAND = Command.of("scripted");
  private static final Command BRIEF = COMMAND.timeout(Duration.ofMillis(200));
  private static final Executor REFUSING =
      task -> {
        throw new RejectedExecutionException("full");
      };

  /** Takes everything and never comes to it. */
  private static final Executor FULL = task -> {};

  private final ScriptedCommand scripted = new ScriptedCommand();

  @AfterEach
  void nothingIsLeft() {
    assertThat(Thread.interrupted()).describedAs("a test left the interrupt flag").isFalse();
    Patience.untilNoThreadIsLeft();
  }

  @Test
  void theDeadlineHoldsThoughTheProcessOccupiesTheOnlyThread() throws Exception {
    ExecutorService single = Executors.newSingleThreadExecutor();
    try (Engine engine = new Engine(single);
        Process process = engine.processes(scripted).start(BRIEF)) {
      scripted.reading.await();

      assertThatThrownBy(process::waitFor).isInstanceOf(DeadlineExceededException.class);
      assertThat(scripted.stops).hasValue(1);
    } finally {
      single.shutdownNow();
    }
  }

  @Test
  void theDeadlineOfExecHoldsThoughNothingElseRuns() {
    try (Engine engine = new Engine(FULL)) {
      assertThatThrownBy(() -> engine.processes(scripted).exec(BRIEF))
          .isInstanceOf(DeadlineExceededException.class);
      assertThat(scripted.stops).hasValue(1);
    }
  }

  /** Somebody has to see the last output and the end, or nobody is told. */
  @Test
  void theDeadlineOfAProcessThatIsNotReadIsToldWithTheLastOutput() throws Exception {
    scripted.writes("last words");
    try (Engine engine = new Engine(FULL);
        Process process = engine.processes(scripted).start(BRIEF)) {
      assertThatThrownBy(process::waitFor).isInstanceOf(DeadlineExceededException.class);
      assertThat(process.events().next())
          .isInstanceOfSatisfying(
              Output.class, output -> assertThat(output.text()).isEqualTo("last words"));
    }
    Patience.until("the stream is dropped", scripted::isClosed);
  }

  @Test
  void closingAProcessThatIsNotReadFreesEverything() {
    try (Engine engine = new Engine(FULL)) {
      Process process = engine.processes(scripted).start(COMMAND);
      process.close();

      assertThat(scripted.stops).hasValue(1);
      Patience.until("the stream is dropped", scripted::isClosed);
      assertThat(process.onExit()).succeedsWithin(Duration.ofSeconds(5));
    }
  }

  @Test
  void detachingAProcessThatIsNotReadFreesEverything() {
    AtomicInteger closes = new AtomicInteger();
    scripted.onClose(closes::incrementAndGet);
    try (Engine engine = new Engine(FULL)) {
      engine.processes(scripted).start(COMMAND).detach();

      Patience.until("the stream is closed", () -> closes.get() == 1);
      assertThat(scripted.stops).hasValue(0);
    }
  }

  @Test
  void aRefusedStartLeavesNothing() {
    AtomicInteger closes = new AtomicInteger();
    scripted.onClose(closes::incrementAndGet);
    try (Engine engine = new Engine(REFUSING)) {
      assertThatThrownBy(() -> engine.processes(scripted).start(BRIEF))
          .isInstanceOf(CancelledException.class)
          .hasMessageStartingWith("run in the background: rejected")
          .hasCauseInstanceOf(RejectedExecutionException.class);
      assertThat(scripted.stops).hasValue(1);
      Patience.until("the stream is closed", () -> closes.get() == 1);
    }
  }

  @Test
  void aRefusedTerminalAndARefusedAttachmentLeaveNothing() {
    AtomicInteger closes = new AtomicInteger();
    scripted.onClose(closes::incrementAndGet);
    try (Engine engine = new Engine(REFUSING)) {
      assertThatThrownBy(
              () -> engine.processes(scripted).startTerminal(COMMAND, new TerminalSize(80, 24)))
          .isInstanceOf(CancelledException.class);
      Patience.until("the stream is closed", () -> closes.get() == 1);
      assertThat(scripted.stops).hasValue(1);

      assertThatThrownBy(() -> engine.processes(scripted).attach(scripted.ref()))
          .isInstanceOf(CancelledException.class);
      Patience.until("the stream is closed", () -> closes.get() == 2);
      assertThat(scripted.stops).describedAs("somebody else's runs on").hasValue(1);
    }
  }

  /** The pump has found a thread, and the input has not. */
  @Test
  void aStartWhoseInputIsRefusedLeavesNothing() {
    AtomicInteger tasks = new AtomicInteger();
    Executor two =
        task -> {
          if (tasks.incrementAndGet() == 2) {
            throw new RejectedExecutionException("full");
          }
          new Thread(task).start();
        };
    try (Engine engine = new Engine(two)) {
      Command fed = COMMAND.stdin(Content.of("input"));
      assertThatThrownBy(() -> engine.processes(scripted).start(fed))
          .isInstanceOf(CancelledException.class);
      assertThat(scripted.stops).hasValue(1);
      Patience.until("the stream is dropped", scripted::isClosed);
    }
    assertThat(tasks).hasValue(2);
  }

  @Test
  void anExecWhoseInputIsRefusedLeavesNothing() {
    try (Engine engine = new Engine(REFUSING)) {
      assertThatThrownBy(() -> engine.processes(scripted).exec(COMMAND.stdin(Content.of("input"))))
          .isInstanceOf(CancelledException.class);
      assertThat(scripted.stops).hasValue(1);
      assertThat(scripted.isClosed()).isTrue();
    }
  }

  @Test
  void aRefusedExecAsyncFailsWithATypedExceptionAndStartsNothing() {
    try (Engine engine = new Engine(REFUSING)) {
      assertFails(engine.processes(scripted).execAsync(COMMAND));
      assertThat(scripted.launches).hasValue(0);
    }
  }

  @Test
  void execAsyncOfAClosedClientFailsWithATypedException() {
    Engine engine = new Engine();
    engine.close();

    assertFails(engine.processes(scripted).execAsync(COMMAND));
    assertThat(scripted.launches).hasValue(0);
  }

  @Test
  void aStartOfAClosedClientLeavesNothing() {
    Engine engine = new Engine();
    engine.close();
    for (Command command : new Command[] {COMMAND, BRIEF}) {
      ScriptedCommand one = new ScriptedCommand();
      assertThatThrownBy(() -> engine.processes(one).start(command))
          .isInstanceOf(CancelledException.class);
      assertThat(one.stops).hasValue(1);
      Patience.until("the stream is dropped", one::isClosed);
    }
  }

  private static void assertFails(CompletableFuture<ExecResult> future) {
    assertThat(future)
        .failsWithin(Duration.ofSeconds(5))
        .withThrowableOfType(ExecutionException.class)
        .withCauseInstanceOf(CancelledException.class);
  }

  /** The source blocks on the caller's only thread, and is freed by another. */
  @Test
  void aBlockedSourceIsFreedThoughTheExecutorIsFull() throws Exception {
    ExecutorService single = Executors.newSingleThreadExecutor();
    CountDownLatch closed = new CountDownLatch(1);
    Content blocking =
        Content.of(
            () ->
                new BlockInputStream() {
                  @Override
                  public int read(byte[] target, int offset, int length) {
                    scripted.writes("done").exits(0);
                    while (closed.getCount() > 0) {
                      Thread.onSpinWait();
                    }
                    return -1;
                  }

                  @Override
                  public void close() {
                    closed.countDown();
                  }
                });
    try (Engine engine = new Engine(single)) {
      ExecResult result = engine.processes(scripted).exec(COMMAND.stdin(blocking));

      assertThat(result.stdout().bytes()).isEqualTo("done".getBytes(UTF_8));
      assertThat(closed.await(5, TimeUnit.SECONDS)).isTrue();
    } finally {
      single.shutdownNow();
    }
  }
}
