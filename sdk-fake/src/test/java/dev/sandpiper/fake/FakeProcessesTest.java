package dev.sandpiper.fake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Command;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.Content;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.EventStream;
import dev.sandpiper.ExecResult;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.InputClosedException;
import dev.sandpiper.OutputListener;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessInfo;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxIOException;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.Signal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class FakeProcessesTest {
  private static final FakeRun TALK =
      FakeRun.exits(3).stdout("one\n").stderr("two\n").stdout("three\n");

  private final FakeSandboxes fake = new FakeSandboxes();
  private final Sandbox sandbox = fake.create(SandboxSpec.standard());

  @Test
  void execReturnsWhatTheScriptSays() {
    fake.when("talk", TALK.takes(Duration.ofSeconds(5)));
    ExecResult result = sandbox.exec("talk");
    assertThat(result.outText()).isEqualTo("one\nthree\n");
    assertThat(result.errText()).isEqualTo("two\n");
    assertThat(result.exit()).isEqualTo(new ExitStatus.Exited(3));
    assertThat(result.duration()).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void mergedErrorsComeOnStdoutInOrder() {
    fake.when("talk", TALK);
    ExecResult result = sandbox.exec(Command.of("talk").mergeErrors());
    assertThat(result.outText()).isEqualTo("one\ntwo\nthree\n");
    assertThat(result.errText()).isEmpty();
  }

  @Test
  void outputBeyondTheCaptureAndBehindAGapIsMissing() {
    fake.when("long", FakeRun.exits(0).stdout("0123456789"));
    ExecResult cut = sandbox.exec(Command.of("long").captureBytes(4));
    assertThat(new String(cut.stdout().head(), UTF_8)).isEqualTo("01");
    assertThat(new String(cut.stdout().tail(), UTF_8)).isEqualTo("89");
    fake.when("gap", FakeRun.exits(0).stdout("ab").gap(Channel.STDOUT, "lost").stdout("cd"));
    ExecResult gap = sandbox.exec("gap");
    assertThat(gap.stdout().isComplete()).isFalse();
    assertThat(new String(gap.stdout().tail(), UTF_8)).isEqualTo("cd");
    assertThat(gap.stdout().totalBytes()).isEqualTo(4);
  }

  @Test
  void aListenerSeesTheLinesAndOneThatThrowsStopsTheCommand() {
    fake.when("talk", TALK);
    List<String> lines = new ArrayList<>();
    sandbox.exec(
        Command.of("talk"), OutputListener.lines((channel, line) -> lines.add(channel + line)));
    assertThat(lines).containsExactly("STDOUTone", "STDERRtwo", "STDOUTthree");

    fake.when("server", FakeRun.runsUntilStopped().stdout("up\n"));
    OutputListener failing =
        output -> {
          throw new IOException("full");
        };
    assertThatThrownBy(() -> sandbox.exec(Command.of("server"), failing))
        .isInstanceOf(UncheckedIOException.class);
    assertThat(sandbox.processes().list()).isEmpty();
  }

  @Test
  void aCommandThatTakesLongerThanItsTimeoutIsStoppedWithItsOutput() {
    fake.when("slow", FakeRun.exits(0).stdout("half").takes(Duration.ofMinutes(2)));
    Command slow = Command.of("slow").timeout(Duration.ofMinutes(1));
    assertThatExceptionOfType(DeadlineExceededException.class)
        .isThrownBy(() -> sandbox.exec(slow))
        .satisfies(
            e -> {
              assertThat(e.limit()).isEqualTo(DeadlineExceededException.Limit.DEADLINE);
              assertThat(e.partialResult().orElseThrow().outText()).isEqualTo("half");
            });
    assertThat(sandbox.exec(slow.timeout(Duration.ofMinutes(3))).exit().isSuccess()).isTrue();
  }

  @Test
  void aLostConnectionIsNoEnd() {
    fake.when("talk", FakeRun.losesConnection().stdout("on"));
    assertThatExceptionOfType(ConnectionLostException.class)
        .isThrownBy(() -> sandbox.exec("talk"))
        .satisfies(e -> assertThat(e.process()).isPresent());
  }

  @Test
  void anInterruptFreesAnExecThatWaits() throws Exception {
    fake.when("sleep", FakeRun.runsUntilStopped());
    CountDownLatch started = new CountDownLatch(1);
    CompletableFuture<Throwable> thrown = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              started.countDown();
              try {
                sandbox.exec("sleep");
              } catch (CancelledException e) {
                thrown.complete(e);
              }
            });
    thread.start();
    started.await();
    thread.interrupt();
    assertThat(thrown.get()).hasMessageContaining("interrupted");
    assertThat(sandbox.processes().list()).isEmpty();
  }

  @Test
  void cancellingAnAsynchronousExecStopsTheCommand() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    fake.when(
        "sleep",
        (command, files) -> {
          running.countDown();
          return FakeRun.runsUntilStopped();
        });
    CompletableFuture<ExecResult> future = sandbox.processes().execAsync(Command.of("sleep"));
    running.await();
    future.cancel(true);
    while (!sandbox.processes().list().isEmpty()) {
      Thread.onSpinWait();
    }
    assertThat(fake.commands()).hasSize(1);
  }

  @Test
  void aConversationGoesOnWithEachLineThatIsFlushed() throws Exception {
    FakeRun psql = FakeRun.exits(0).stdout("> ").afterLine().stdout("1 row\n> ").afterEndOfInput();
    fake.when("psql", psql.stdout("bye\n"));
    try (Process process = sandbox.start(Command.of("psql").openStdin());
        EventStream<ProcessEvent> events = process.events()) {
      assertThat(text(events)).isEqualTo("> ");
      OutputStream stdin = process.stdin();
      stdin.write("select 1;\n".getBytes(UTF_8));
      assertThatThrownBy(() -> events.next(Duration.ZERO)).isInstanceOf(TimeoutException.class);
      stdin.flush();
      assertThat(text(events)).isEqualTo("1 row\n> ");
      stdin.close();
      assertThat(text(events)).isEqualTo("bye\n");
      assertThat(process.waitFor().isSuccess()).isTrue();
    }
  }

  private static String text(EventStream<ProcessEvent> events) {
    return events.next() instanceof ProcessEvent.Output output ? output.text() : "";
  }

  @Test
  void contentForStdinIsRecordedAndCanBeReadAgain() throws IOException {
    fake.when("sort", FakeRun.exits(0).afterEndOfInput());
    sandbox.exec(
        Command.of("sort")
            .stdin(Content.of(new java.io.ByteArrayInputStream("b".getBytes(UTF_8)))));
    Content given = fake.commands().get(0).stdin().orElseThrow();
    assertThat(given.open().readAllBytes()).isEqualTo("b".getBytes(UTF_8));
    assertThat(given.open().readAllBytes()).isEqualTo("b".getBytes(UTF_8));
  }

  @Test
  void writingToACommandThatHasEndedFails() throws IOException {
    fake.when("true", FakeRun.exits(0));
    OutputStream stdin = sandbox.start(Command.of("true").openStdin()).stdin();
    stdin.write(1);
    assertThatExceptionOfType(SandboxIOException.class)
        .isThrownBy(stdin::flush)
        .satisfies(e -> assertThat(e.getCause()).isInstanceOf(InputClosedException.class));
    assertThatThrownBy(() -> sandbox.start(Command.of("true")).stdin())
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void outputHasOneConsumerAndEndsWithItsEnd() {
    fake.when("talk", TALK);
    Process process = sandbox.start(Command.of("talk"));
    List<ProcessEvent> events = new ArrayList<>();
    process.events().forEach(events::add);
    assertThat(events).hasSize(4).last().isInstanceOf(ProcessEvent.Ended.class);
    assertThatThrownBy(process::events).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void outputIsTransferredToTheEnd() throws IOException {
    fake.when("talk", TALK);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    ExitStatus status = sandbox.start(Command.of("talk")).transferTo(out, err);
    assertThat(out.toString(UTF_8) + err.toString(UTF_8)).isEqualTo("one\nthree\ntwo\n");
    assertThat(status.code()).hasValue(3);
  }

  @Test
  void aSignalEndsWhatRunsAndClosingToo() throws InterruptedException {
    fake.when("server", FakeRun.runsUntilStopped());
    Process process = sandbox.start(Command.of("server"));
    assertThat(process.waitFor(Duration.ofMillis(1))).isEmpty();
    assertThat(process.signal(Signal.USR1)).isTrue();
    assertThat(process.signal(Signal.INT)).isTrue();
    assertThat(process.waitFor()).isEqualTo(new ExitStatus.Signaled(Signal.INT));
    assertThat(process.signal(Signal.INT)).isFalse();

    Process killed = sandbox.start(Command.of("server"));
    assertThat(killed.isAlive()).isTrue();
    assertThat(killed.kill()).isTrue();
    assertThat(killed.isAlive()).isFalse();
    assertThat(killed.kill()).isFalse();

    Process second = sandbox.start(Command.of("server"));
    second.close();
    assertThat(second.onExit()).isCompletedWithValue(new ExitStatus.Signaled(Signal.TERM));
  }

  @Test
  void aDetachedProcessRunsOnAndIsReadFromWhereTheFirstReaderStopped() {
    fake.when("server", FakeRun.runsUntilStopped().stdout("one\n").stdout("two\n"));
    ProcessRef ref;
    String position;
    try (Process process = sandbox.start(Command.of("server"));
        EventStream<ProcessEvent> events = process.events()) {
      assertThat(text(events)).isEqualTo("one\n");
      position = events.position();
      ref = process.detach();
    }
    assertThat(sandbox.processes().list()).extracting(ProcessInfo::ref).containsExactly(ref);
    try (Process again = sandbox.processes().attach(ref, position)) {
      assertThat(text(again.events())).isEqualTo("two\n");
    }
    assertThat(text(sandbox.processes().attach(ref).events())).isEqualTo("one\n");
    assertThat(sandbox.processes().list()).hasSize(1);
  }

  @Test
  void closingTheEventsFreesABlockedReader() throws Exception {
    fake.when("server", FakeRun.runsUntilStopped());
    EventStream<ProcessEvent> events = sandbox.start(Command.of("server")).events();
    CompletableFuture<Boolean> isNull = CompletableFuture.supplyAsync(() -> events.next() == null);
    events.close();
    assertThat(isNull.get()).isTrue();
  }
}
