package dev.sandpiper.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.sandpiper.CancelledException;
import dev.sandpiper.CapturedOutput;
import dev.sandpiper.Command;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.DeadlineExceededException.Limit;
import dev.sandpiper.ExecResult;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.Failure;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.OutputListener;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessEvent.OutputGap;
import dev.sandpiper.Signal;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.http.ManualTime;
import dev.sandpiper.testing.Patience;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(20)
class ExecutionTest {
  private static final Command COMMAND = Command.of("scripted");

  /** How long a stream may go on once what wrote it was stopped, or released. */
  private static final Duration AFTERMATH = Duration.ofMillis(1_500);

  private static final Command BRIEF = COMMAND.timeout(Duration.ofMinutes(10));

  private final ScriptedCommand scripted = new ScriptedCommand();
  private final ManualTime time = new ManualTime();
  private final Engine engine = new Engine(null, time);
  private final List<String> seen = new ArrayList<>();

  @AfterEach
  void nothingIsLeft() {
    assertThat(Thread.interrupted()).describedAs("a test left the interrupt flag").isFalse();
    assertThat(scripted.isClosed()).isEqualTo(scripted.launches.get() > 0);
    engine.close();
  }

  @Test
  void execReturnsWhenTheCommandHasEnded() {
    scripted.writes("out").complains("err").writes("put").exits(3);
    ExecResult result = exec(COMMAND);

    assertThat(result.exit()).isEqualTo(new ExitStatus.Exited(3));
    assertThat(result.stdout().text()).isEqualTo("output");
    assertThat(result.stderr().text()).isEqualTo("err");
    assertThat(result.program()).isEqualTo("scripted");
    assertThat(scripted.stops).hasValue(0);
  }

  @Test
  void failureToLaunchIsThrownAsItIs() {
    scripted.refuses(gone());

    assertThatThrownBy(() -> exec(COMMAND)).isInstanceOf(NotFoundException.class);
  }

  @Test
  void lostConnectionIsThrownAndTheCommandLeftAlone() {
    ConnectionLostException lost = lost();
    scripted.writes("half").fails(lost);

    assertThatThrownBy(() -> exec(COMMAND)).isSameAs(lost);
    assertThat(scripted.stops).hasValue(0);
  }

  @Test
  void garbageOnTheWireStopsTheCommand() {
    WireFormatException garbage = new WireFormatException(Failure.of("exec", "scripted", "what?"));
    scripted.fails(garbage);

    assertThatThrownBy(() -> exec(COMMAND)).isSameAs(garbage);
    assertThat(scripted.stops).hasValue(1);
  }

  @Test
  void listenerSeesEverythingInOrderAndTheEndLast() {
    scripted.writes("a").complains("b").emits(gap()).writes("c").exits(0);
    engine.processes(scripted).exec(COMMAND, recording());

    assertThat(seen).containsExactly("STDOUT a", "STDERR b", "gap", "STDOUT c", "exit status 0");
  }

  @Test
  void gapMakesTheResultIncomplete() {
    scripted.writes("a").emits(gap()).writes("b").exits(0);
    ExecResult result = exec(COMMAND);

    assertThat(result.stdout().isComplete()).isFalse();
    assertThat(result.stdout().head()).asString(UTF_8).isEqualTo("a");
    assertThat(result.stdout().tail()).asString(UTF_8).isEqualTo("b");
    assertThat(result.stderr().isComplete()).isTrue();
  }

  @Test
  void listenerThatThrowsStopsTheCommandAndSeesNothingMore() {
    IllegalStateException enough = new IllegalStateException("enough");
    scripted.writes("1").writes("2").writes("3").exits(0);

    assertThatThrownBy(() -> engine.processes(scripted).exec(COMMAND, throwingAt("2", enough)))
        .isSameAs(enough);
    assertThat(seen).containsExactly("1", "2");
    assertThat(scripted.stops).hasValue(1);
  }

  /** A listener may use the sandbox, and what fails there is not this command's failure. */
  @Test
  void listenerThatThrowsOneOfOurExceptionsStopsTheCommandToo() {
    for (RuntimeException thrown : List.of(gone(), lost())) {
      ScriptedCommand one = new ScriptedCommand().writes("1").writes("2").exits(0);

      assertThatThrownBy(() -> engine.processes(one).exec(COMMAND, throwingAt("1", thrown)))
          .isSameAs(thrown);
      assertThat(one.stops).hasValue(1);
    }
  }

  @Test
  void listenerThatCannotWriteStopsTheCommand() {
    scripted.writes("1").exits(0);
    IOException full = new IOException("disk full");
    OutputListener failing =
        output -> {
          throw full;
        };

    assertThatThrownBy(() -> engine.processes(scripted).exec(COMMAND, failing))
        .isInstanceOf(UncheckedIOException.class)
        .hasCause(full);
    assertThat(scripted.stops).hasValue(1);
  }

  @Test
  void listenerThatThrowsAtTheEndStopsNothing() {
    scripted.exits(0);
    OutputListener failing =
        new OutputListener() {
          @Override
          public void onOutput(Output output) {}

          @Override
          public void onEnd(ExitStatus status) {
            throw new IllegalStateException("late");
          }
        };

    assertThatThrownBy(() -> engine.processes(scripted).exec(COMMAND, failing))
        .isInstanceOf(IllegalStateException.class);
    assertThat(scripted.stops).hasValue(0);
  }

  @Test
  void deadlineStopsTheTreeAndThrowsWithWhatThereIs() {
    scripted.writes("before ").onStop(() -> scripted.writes("last words").ends(killed()));
    DeadlineExceededException e = exceeded();

    assertThat(e.limit()).isEqualTo(Limit.DEADLINE);
    assertThat(e.limitDuration()).isEqualTo(Duration.ofMinutes(10));
    assertThat(e).hasMessageContaining("deadline of 600 s (Command.timeout)");
    ExecResult partial = e.partialResult().orElseThrow();
    assertThat(partial.stdout().text()).isEqualTo("before last words");
    assertThat(partial.exit()).isEqualTo(killed());
    assertThat(scripted.stops).hasValue(1);
    assertThat(scripted.releases).hasValue(0);
  }

  @Test
  void streamHeldOpenByAChildThatEscapedIsReleased() {
    scripted.writes("a").onStop(() -> {}).onRelease(() -> scripted.ends(killed()));
    DeadlineExceededException e = exceeded(AFTERMATH);

    assertThat(e.partialResult().orElseThrow().exit()).isEqualTo(killed());
    assertThat(scripted.releases).hasValue(1);
  }

  @Test
  void streamThatNeverEndsIsDropped() {
    scripted.writes("a").onStop(() -> {});
    ExecResult partial = exceeded(AFTERMATH, AFTERMATH).partialResult().orElseThrow();

    assertThat(partial.stdout().text()).isEqualTo("a");
    assertThat(partial.exit()).isInstanceOf(ExitStatus.Unreported.class);
  }

  @Test
  void commandInTimeKnowsNoDeadline() {
    scripted.exits(0);

    assertThat(exec(COMMAND.timeout(Duration.ofDays(1_000_000))).exit().isSuccess()).isTrue();
    assertThat(scripted.stops).hasValue(0);
  }

  @Test
  void interruptStopsTheCommandAndKeepsTheFlag() throws Exception {
    CompletableFuture<Boolean> flag = new CompletableFuture<>();
    Thread caller =
        new Thread(
            () -> {
              assertThatThrownBy(() -> exec(COMMAND)).isInstanceOf(CancelledException.class);
              flag.complete(Thread.currentThread().isInterrupted());
            });
    caller.start();
    scripted.reading.await();
    caller.interrupt();

    assertThat(flag.get(5, TimeUnit.SECONDS)).isTrue();
    assertThat(scripted.stops).hasValue(1);
  }

  @Test
  void execAsyncCompletesWithTheResult() throws Exception {
    scripted.writes("hi").exits(0);
    ExecResult result = engine.processes(scripted).execAsync(COMMAND).get(5, TimeUnit.SECONDS);

    assertThat(result.stdout().text()).isEqualTo("hi");
  }

  @Test
  void execAsyncFailsWithWhatExecWouldThrow() {
    ConnectionLostException lost = lost();
    scripted.fails(lost);

    assertThat(engine.processes(scripted).execAsync(COMMAND))
        .failsWithin(Duration.ofSeconds(5))
        .withThrowableOfType(ExecutionException.class)
        .havingCause()
        .isSameAs(lost);
    Patience.until("the stream is dropped", scripted::isClosed);
  }

  static Stream<Arguments> completions() {
    ExecResult other =
        new ExecResult(
            "other",
            killed(),
            CapturedOutput.complete(new byte[0]),
            CapturedOutput.complete(new byte[0]),
            Duration.ZERO);
    return Stream.of(
        completion("cancel", future -> future.cancel(true)),
        completion("orTimeout", future -> future.orTimeout(50, TimeUnit.MILLISECONDS)),
        completion("complete", future -> future.complete(other)),
        completion("completeExceptionally", future -> future.completeExceptionally(gone())),
        completion(
            "completeOnTimeout",
            future -> future.completeOnTimeout(other, 50, TimeUnit.MILLISECONDS)),
        completion("completeAsync", future -> future.completeAsync(() -> other)),
        completion("obtrudeValue", future -> future.obtrudeValue(other)),
        completion("obtrudeException", future -> future.obtrudeException(gone())));
  }

  private static Arguments completion(
      String name, Consumer<CompletableFuture<ExecResult>> completion) {
    return Arguments.of(Named.of(name, completion));
  }

  @ParameterizedTest
  @MethodSource("completions")
  void whateverCompletesExecAsyncStopsTheCommand(Consumer<CompletableFuture<ExecResult>> completion)
      throws Exception {
    CountDownLatch stopped = new CountDownLatch(1);
    scripted.onStop(stopped::countDown);
    CompletableFuture<ExecResult> future = engine.processes(scripted).execAsync(COMMAND);
    scripted.reading.await();
    completion.accept(future);

    assertThat(stopped.await(5, TimeUnit.SECONDS)).isTrue();
    Patience.until("the stream is dropped", scripted::isClosed);
    assertThat(future).isDone();
  }

  @Test
  void whatDependsOnExecAsyncCanBeCancelledWithoutIt() throws Exception {
    CompletableFuture<ExecResult> future = engine.processes(scripted).execAsync(COMMAND);
    scripted.reading.await();
    assertThat(future.copy().cancel(true)).isTrue();
    assertThat(future.thenApply(ExecResult::exit).cancel(true)).isTrue();
    assertThat(future.copy().orTimeout(1, TimeUnit.MILLISECONDS))
        .failsWithin(Duration.ofSeconds(5))
        .withThrowableOfType(ExecutionException.class);
    scripted.exits(0);

    assertThat(future.get(5, TimeUnit.SECONDS).exit().isSuccess()).isTrue();
    assertThat(scripted.stops).hasValue(0);
  }

  @Test
  void futureThatWasCompletedBeforeItBeganStartsNothing() {
    List<Runnable> tasks = new ArrayList<>();
    try (Engine later = new Engine(tasks::add)) {
      CompletableFuture<ExecResult> future = later.processes(scripted).execAsync(COMMAND);
      future.cancel(true);
      tasks.forEach(Runnable::run);
    }
    assertThat(tasks).hasSize(1);
    assertThat(scripted.launches).hasValue(0);
  }

  @Test
  void textOfACutCharacterReachesTheListenerWhole() {
    byte[] euro = "\u20ac".getBytes(UTF_8);
    scripted
        .emits(Output.of(Channel.STDOUT, new byte[] {euro[0], euro[1]}))
        .emits(Output.of(Channel.STDOUT, new byte[] {euro[2], euro[0]}))
        .exits(0);
    engine.processes(scripted).exec(COMMAND, recording());

    assertThat(seen).containsExactly("STDOUT ", "STDOUT \u20ac", "STDOUT \ufffd", "exit status 0");
  }

  private ExecResult exec(Command command) {
    return engine.processes(scripted).exec(command);
  }

  /**
   * @param waits what is waited for one after the other once the deadline has passed
   */
  private DeadlineExceededException exceeded(Duration... waits) {
    CompletableFuture<Throwable> failure =
        CompletableFuture.supplyAsync(() -> catchThrowable(() -> exec(BRIEF)));
    Patience.until("what there is has been read", scripted::isReadToItsEnd);
    time.pass(Duration.ofMinutes(10));
    for (Duration wait : waits) {
      time.pass(wait);
    }
    assertThat(failure)
        .succeedsWithin(Duration.ofSeconds(10))
        .isInstanceOf(DeadlineExceededException.class);
    return (DeadlineExceededException) failure.join();
  }

  private OutputListener throwingAt(String text, RuntimeException failure) {
    return output -> {
      seen.add(output.text());
      if (output.text().equals(text)) {
        throw failure;
      }
    };
  }

  private OutputListener recording() {
    return new OutputListener() {
      @Override
      public void onOutput(Output output) {
        seen.add(output.channel() + " " + output.text());
      }

      @Override
      public void onGap(OutputGap gap) {
        seen.add("gap");
      }

      @Override
      public void onEnd(ExitStatus status) {
        seen.add(status.toString());
      }
    };
  }

  private static ExitStatus killed() {
    return new ExitStatus.Signaled(Signal.KILL);
  }

  private static OutputGap gap() {
    return new OutputGap(Channel.STDOUT, OptionalLong.empty(), OptionalLong.empty(), "lost");
  }

  private static ConnectionLostException lost() {
    return new ConnectionLostException(Failure.of("exec", "scripted", "lost"), null, null);
  }

  private static NotFoundException gone() {
    return new NotFoundException(
        NotFoundException.What.FILE, Failure.of("read", "/a", "not there"));
  }
}
