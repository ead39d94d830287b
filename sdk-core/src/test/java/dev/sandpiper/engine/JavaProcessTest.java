package dev.sandpiper.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.Command;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.Failure;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessEvent.OutputGap;
import dev.sandpiper.SandboxIOException;
import dev.sandpiper.Signal;
import dev.sandpiper.testing.Patience;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A process of ours as one of the JDK's. */
@Timeout(20)
class JavaProcessTest {
  private static final int PIECE = 64 << 10;
  private static final int MORE_THAN_IS_KEPT = 40; // pieces; 2.5 MiB

  private final ScriptedCommand scripted = new ScriptedCommand();
  private final Engine engine = new Engine();

  @AfterEach
  void nothingIsLeft() {
    assertThat(Thread.interrupted()).describedAs("a test left the interrupt flag").isFalse();
    Patience.until("the stream is dropped", scripted::isClosed);
    engine.close();
  }

  private static Output piece(Channel channel, int number) {
    byte[] bytes = new byte[PIECE];
    java.util.Arrays.fill(bytes, (byte) number);
    return Output.of(channel, bytes);
  }

  @Test
  void bothOutputsAreRead() throws Exception {
    scripted.writes("out 1\n").complains("err\n").writes("out 2\n").exits(3);
    try (Process process = engine.start(scripted)) {
      java.lang.Process java = process.asJavaProcess();
      assertThat(java.inputReader(UTF_8).lines()).containsExactly("out 1", "out 2");
      assertThat(java.errorReader(UTF_8).lines()).containsExactly("err");
      assertThat(java.waitFor()).isEqualTo(3);
      assertThat(java.exitValue()).isEqualTo(3);
      assertThat(java.isAlive()).isFalse();
      assertThat(java.pid()).isEqualTo(7);
      assertThat(process.asJavaProcess()).isSameAs(java);
    }
  }

  @Test
  void waitingReadsWhatNobodyReads() throws Exception {
    for (int i = 0; i < MORE_THAN_IS_KEPT; i++) {
      scripted.emits(piece(Channel.STDOUT, i));
    }
    scripted.complains("late").exits(0);
    try (Process process = engine.start(scripted)) {
      java.lang.Process java = process.asJavaProcess();
      assertThat(java.waitFor()).isZero();
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> java.getInputStream().read())
          .withMessageContaining("output is missing");
      byte[] rest = java.getInputStream().readAllBytes();
      assertThat(rest).hasSizeGreaterThan(512 << 10).hasSizeLessThanOrEqualTo(1 << 20);
      assertThat(rest[rest.length - 1]).isEqualTo((byte) (MORE_THAN_IS_KEPT - 1));
      assertThat(java.getErrorStream().readAllBytes()).isEqualTo("late".getBytes(UTF_8));
    }
  }

  @Test
  void readingOneOutputToItsEndNeverWaitsForAReaderOfTheOther() throws Exception {
    for (int i = 0; i < MORE_THAN_IS_KEPT; i++) {
      scripted.emits(piece(Channel.STDERR, i));
    }
    scripted.writes("done").exits(0);
    try (Process process = engine.start(scripted)) {
      java.lang.Process java = process.asJavaProcess();
      assertThat(java.getInputStream().readAllBytes()).isEqualTo("done".getBytes(UTF_8));
      assertThatThrownBy(() -> java.getErrorStream().read()).hasMessageContaining("missing");
      assertThat(java.getErrorStream().readAllBytes().length).isLessThanOrEqualTo(1 << 20);
    }
  }

  @Test
  void aReaderThatIsSlowLosesNothing() throws Exception {
    scripted.writes("o").complains("e");
    try (Process process = engine.start(scripted)) {
      java.lang.Process java = process.asJavaProcess();
      assertThat(java.getInputStream().readNBytes(1)).hasSize(1);
      assertThat(java.getErrorStream().readNBytes(1)).hasSize(1);
      for (int i = 0; i < MORE_THAN_IS_KEPT; i++) {
        scripted.emits(piece(Channel.STDOUT, i)).emits(piece(Channel.STDERR, i));
      }
      scripted.exits(0);
      CompletableFuture<byte[]> other =
          CompletableFuture.supplyAsync(() -> readAll(java.getInputStream()));
      assertThat(readAll(java.getErrorStream())).hasSize(MORE_THAN_IS_KEPT * PIECE);
      assertThat(other.get(10, TimeUnit.SECONDS)).hasSize(MORE_THAN_IS_KEPT * PIECE);
      assertThat(java.waitFor()).isZero();
    }
  }

  private static byte[] readAll(InputStream stream) {
    try {
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void waitingAfterReadingAPartReadsOnAndKeepsTheRest() throws Exception {
    scripted.writes("ready\n").writes("rest\n").exits(0);
    try (Process process = engine.start(scripted)) {
      java.lang.Process java = process.asJavaProcess();
      assertThat(java.getInputStream().readNBytes(6)).isEqualTo("ready\n".getBytes(UTF_8));
      assertThat(java.waitFor(10, TimeUnit.SECONDS)).isTrue();
      assertThat(java.getInputStream().readAllBytes()).isEqualTo("rest\n".getBytes(UTF_8));
    }
  }

  @Test
  void aTimedWaitEnds() throws Exception {
    try (Process process = engine.start(scripted)) {
      java.lang.Process java = process.asJavaProcess();
      assertThat(java.waitFor(20, TimeUnit.MILLISECONDS)).isFalse();
      assertThatExceptionOfType(IllegalThreadStateException.class).isThrownBy(java::exitValue);
      scripted.writes("x");
      assertThat(java.getInputStream().read()).isEqualTo('x');
      assertThat(java.waitFor(20, TimeUnit.MILLISECONDS)).isFalse();
      scripted.exits(0);
    }
  }

  @Test
  void aGapIsToldInItsPlaceAndReadingGoesOn() throws Exception {
    OutputGap gap = new OutputGap(Channel.STDOUT, OptionalLong.of(6), OptionalLong.empty(), "cut");
    scripted.writes("before").emits(gap).writes("behind").exits(0);
    try (Process process = engine.start(scripted)) {
      InputStream output = process.asJavaProcess().getInputStream();
      assertThat(output.readNBytes(6)).isEqualTo("before".getBytes(UTF_8));
      assertThatThrownBy(output::read).hasMessage("output is missing: cut");
      assertThat(output.readAllBytes()).isEqualTo("behind".getBytes(UTF_8));
    }
  }

  @Test
  void aDeathByASignalIsTheNumberThatTheJdkGivesIt() throws Exception {
    scripted.ends(new ExitStatus.Signaled(Signal.KILL));
    try (Process process = engine.start(scripted)) {
      assertThat(process.asJavaProcess().waitFor()).isEqualTo(137);
    }
  }

  @Test
  void anExitThatNobodyKnowsIsNoNumber() {
    scripted.ends(new ExitStatus.Unreported("lost"));
    try (Process process = engine.start(scripted)) {
      java.lang.Process java = process.asJavaProcess();
      assertThatIllegalStateException().isThrownBy(java::waitFor).withMessageContaining("lost");
      assertThatIllegalStateException().isThrownBy(java::exitValue);
    }
  }

  @Test
  void aLostConnectionFailsReadingAndWaiting() {
    Failure failure = Failure.of("follow", "scripted", "broke");
    scripted.writes("a").fails(new ConnectionLostException(failure, null, new IOException("cut")));
    try (Process process = engine.start(scripted)) {
      java.lang.Process java = process.asJavaProcess();
      assertThatThrownBy(() -> java.getInputStream().readAllBytes())
          .isInstanceOfSatisfying(
              SandboxIOException.class,
              e -> assertThat(e.getCause()).isInstanceOf(ConnectionLostException.class));
      assertThatThrownBy(java::waitFor).isInstanceOf(ConnectionLostException.class);
    }
  }

  @Test
  void destroyingSendsSignals() {
    try (Process process = engine.start(scripted)) {
      java.lang.Process java = process.asJavaProcess();
      java.destroy();
      assertThat(java.destroyForcibly()).isSameAs(java);
      assertThat(java.supportsNormalTermination()).isTrue();
      assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(java::toHandle);
      scripted.exits(0);
    }
    assertThat(scripted.signals).containsExactly(Signal.TERM, Signal.KILL);
  }

  @Test
  void whatIsWrittenIsItsInput() throws Exception {
    try (Process process = engine.processes(scripted).start(Command.of("cat").openStdin())) {
      java.lang.Process java = process.asJavaProcess();
      java.getOutputStream().write("hello".getBytes(UTF_8));
      java.getOutputStream().close();
      scripted.exits(0);
      assertThat(java.onExit().get(10, TimeUnit.SECONDS)).isSameAs(java);
    }
    assertThat(scripted.input.texts()).containsExactly("hello", ScriptedInput.END);
  }

  @Test
  void withoutAnInputWritingFailsAsForTheJdk() throws Exception {
    scripted.exits(0);
    try (Process process = engine.start(scripted)) {
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> process.asJavaProcess().getOutputStream().write(1));
      process.waitFor();
    }
    assertThat(scripted.input.texts()).isEmpty();
  }

  @Test
  void anInterruptFreesAReaderAndLosesNothing() throws Exception {
    try (Process process = engine.start(scripted)) {
      InputStream output = process.asJavaProcess().getInputStream();
      AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
      Thread reader =
          new Thread(
              () -> {
                try {
                  output.read();
                } catch (IOException e) {
                  thrown.set(e);
                }
              });
      reader.start();
      Patience.until("it waits", () -> reader.getState() == Thread.State.TIMED_WAITING);
      reader.interrupt();
      reader.join();
      assertThat(thrown.get()).isInstanceOf(InterruptedIOException.class);
      scripted.writes("still").exits(0);
      assertThat(output.readAllBytes()).isEqualTo("still".getBytes(UTF_8));
    }
  }

  @Test
  void aClosedStreamIsAtItsEndAndTheOtherGoesOn() throws Exception {
    for (int i = 0; i < MORE_THAN_IS_KEPT; i++) {
      scripted.emits(piece(Channel.STDOUT, i));
    }
    scripted.complains("x").exits(0);
    try (Process process = engine.start(scripted)) {
      java.lang.Process java = process.asJavaProcess();
      java.getInputStream().close();
      assertThat(java.getErrorStream().readAllBytes()).isEqualTo("x".getBytes(UTF_8));
      assertThat(java.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void closingAStreamFreesItsBlockedReader() throws Exception {
    try (Process process = engine.start(scripted)) {
      java.lang.Process java = process.asJavaProcess();
      CompletableFuture<Integer> freed = readInThread(java.getInputStream());
      java.getInputStream().close();

      assertThat(freed.get(5, TimeUnit.SECONDS)).isEqualTo(-1);
      scripted.complains("still here").exits(0);
      assertThat(java.getErrorStream().readAllBytes()).isEqualTo("still here".getBytes(UTF_8));
    }
  }

  /** One of the two waits for the process, and the other for the first. */
  @Test
  void closingOneStreamFreesItsReaderAndTheOthersGoesOn() throws Exception {
    for (boolean firstIsClosed : new boolean[] {true, false}) {
      ScriptedCommand one = new ScriptedCommand();
      try (Process process = engine.start(one)) {
        java.lang.Process java = process.asJavaProcess();
        CompletableFuture<Integer> output = readInThread(java.getInputStream());
        CompletableFuture<Integer> errors = readInThread(java.getErrorStream());
        (firstIsClosed ? java.getInputStream() : java.getErrorStream()).close();

        assertThat((firstIsClosed ? output : errors).get(5, TimeUnit.SECONDS)).isEqualTo(-1);
        assertThat(firstIsClosed ? errors : output).isNotDone();
        one.writes("o").complains("e").exits(0);
        assertThat((firstIsClosed ? errors : output).get(5, TimeUnit.SECONDS))
            .isEqualTo(firstIsClosed ? 'e' : 'o');
      }
    }
    scripted.close();
  }

  @Test
  void afterBothStreamsAreClosedNobodyIsWaitedFor() throws Exception {
    try (Process process = engine.start(scripted)) {
      java.lang.Process java = process.asJavaProcess();
      CompletableFuture<Integer> freed = readInThread(java.getInputStream());
      java.getErrorStream().close();
      java.getInputStream().close();
      assertThat(freed.get(5, TimeUnit.SECONDS)).isEqualTo(-1);
      for (int i = 0; i < MORE_THAN_IS_KEPT; i++) {
        scripted.emits(piece(Channel.STDOUT, i));
      }
      scripted.exits(0);
      assertThat(java.getInputStream().read()).isEqualTo(-1);
      assertThat(java.waitFor()).isZero();
    }
  }

  /** Returns once the reader waits. */
  private static CompletableFuture<Integer> readInThread(InputStream stream) {
    CompletableFuture<Integer> outcome = new CompletableFuture<>();
    Thread reader =
        new Thread(
            () -> {
              try {
                outcome.complete(stream.read());
              } catch (IOException e) {
                outcome.completeExceptionally(e);
              }
            });
    reader.setDaemon(true);
    reader.start();
    Patience.until("it waits", () -> reader.getState() == Thread.State.TIMED_WAITING);
    return outcome;
  }
}
