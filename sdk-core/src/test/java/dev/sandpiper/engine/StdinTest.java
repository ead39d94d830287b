package dev.sandpiper.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Command;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.Content;
import dev.sandpiper.ExecResult;
import dev.sandpiper.InputClosedException;
import dev.sandpiper.Process;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxIOException;
import dev.sandpiper.testing.Patience;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class StdinTest {
  private static final Command COMMAND = Command.of("scripted");
  private static final Command OPEN = COMMAND.openStdin();

  private final ScriptedCommand scripted = new ScriptedCommand();
  private final ScriptedInput input = scripted.input;
  private final Engine engine = new Engine();

  @AfterEach
  void nothingIsLeft() {
    assertThat(Thread.interrupted()).describedAs("a test left the interrupt flag").isFalse();
    Patience.until("the stream is dropped", () -> scripted.isClosed() || !wasLaunched());
    engine.close();
  }

  private boolean wasLaunched() {
    return scripted.launches.get() > 0;
  }

  private ExecResult fed(Content content) {
    return engine.processes(scripted).exec(COMMAND.stdin(content));
  }

  private Process open() {
    return engine.processes(scripted).start(OPEN);
  }

  @Test
  void contentIsFedAndThenTheEndOfFile() {
    input.onEnd(() -> scripted.writes("done").exits(0));

    assertThat(fed(Content.of("hello")).stdout().text()).isEqualTo("done");
    assertThat(input.texts()).containsExactly("hello", ScriptedInput.END);
    assertThat(scripted.stops).hasValue(0);
  }

  @Test
  void emptyContentIsTheEndOfFile() {
    input.onEnd(() -> scripted.exits(0));
    fed(Content.of(""));

    assertThat(input.texts()).containsExactly(ScriptedInput.END);
  }

  @Test
  void muchContentIsSentInPieces() {
    input.onEnd(() -> scripted.exits(0));
    fed(Content.of(new byte[2 * ProcessInput.PIECE + 1]));

    assertThat(input.pieces)
        .extracting(piece -> piece.length)
        .containsExactly(ProcessInput.PIECE, ProcessInput.PIECE, 1, ScriptedInput.END.length());
  }

  @Test
  void withoutInputNothingIsSent() {
    scripted.exits(0);
    engine.processes(scripted).exec(COMMAND);

    assertThat(input.pieces).isEmpty();
  }

  @Test
  void nobodyCouldWriteToAnExec() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> engine.processes(scripted).exec(OPEN))
        .withMessageContaining("use Command.stdin(content), or start(command)");
    assertThat(scripted.launches).hasValue(0);
  }

  @Test
  void commandThatTakesNoMoreIsNoFailure() {
    input.onWrite(
        () -> {
          scripted.exits(3);
          throw new InputClosedException(ScriptedInput.failure("gone"));
        });

    assertThat(fed(Content.of("hello")).exit().code()).hasValue(3);
    assertThat(scripted.stops).hasValue(0);
  }

  @Test
  void commandThatEndsEndsABlockedWrite() throws Exception {
    input.blocks();
    Thread ending =
        new Thread(
            () -> {
              Patience.until("it blocks", () -> input.blocked.getCount() == 0);
              scripted.exits(3);
            });
    ending.start();

    assertThat(fed(Content.of("hello")).exit().code()).hasValue(3);
    assertThat(scripted.stops).hasValue(0);
    ending.join();
  }

  @Test
  void commandThatEndsClosesASourceThatBlocks() {
    StubbornSource source = new StubbornSource(() -> scripted.exits(3));

    assertThat(fed(Content.of(source)).exit().code()).hasValue(3);
    Patience.until("the source is closed", () -> source.closed.getCount() == 0); // beside the exec
  }

  @Test
  void sourceThatFailsStopsTheCommandWithoutAnEndOfFile() {
    IOException broken = new IOException("broken");

    assertThatThrownBy(() -> fed(failing(broken)))
        .isInstanceOf(CancelledException.class)
        .hasMessage("exec scripted: the content of its stdin could not be read")
        .hasCause(broken);
    assertThat(input.texts()).doesNotContain(ScriptedInput.END);
    assertThat(scripted.stops).hasValue(1);
  }

  @Test
  void inputThatCannotBeSentStopsTheCommand() {
    ConnectionLostException lost =
        new ConnectionLostException(ScriptedInput.failure("lost"), null, null);
    input.onWrite(
        () -> {
          throw lost;
        });

    assertThatThrownBy(() -> fed(Content.of("hello"))).isSameAs(lost);
    assertThat(scripted.stops).hasValue(1);
  }

  @Test
  void sourceThatFailsStopsAStartedProcess() {
    IOException broken = new IOException("broken");
    try (Process process = engine.processes(scripted).start(COMMAND.stdin(failing(broken)))) {
      assertThatThrownBy(process::waitFor).isInstanceOf(CancelledException.class).hasCause(broken);
    }
    assertThat(scripted.stops).hasValue(1);
  }

  @Test
  void sourceThatFailsIsToldToWhoeverCopiesTheOutput() {
    IOException broken = new IOException("broken");
    OutputStream nowhere = OutputStream.nullOutputStream();
    try (Process process = engine.processes(scripted).start(COMMAND.stdin(failing(broken)))) {
      assertThatThrownBy(() -> process.transferTo(nowhere, nowhere))
          .isInstanceOf(CancelledException.class)
          .hasCause(broken);
    }
  }

  @Test
  void smallWritesAreGatheredUntilTheyAreFlushed() throws Exception {
    try (Process process = open()) {
      OutputStream stdin = process.stdin();
      stdin.write('a');
      stdin.write("bc".getBytes(UTF_8));
      assertThat(input.pieces).isEmpty();
      stdin.flush();
      stdin.flush();
      assertThat(input.texts()).containsExactly("abc");
      stdin.write('d');
      stdin.close();
      stdin.close();
      stdin.flush();
      assertThat(input.texts()).containsExactly("abc", "d", ScriptedInput.END);
      assertRefused(CancelledException.class, () -> stdin.write('e'));
      assertThat(process.stdin()).isSameAs(stdin);
    }
  }

  @Test
  void afterAFailureNothingMoreIsSent() throws Exception {
    input.onWrite(
        () -> {
          throw new ConnectionLostException(ScriptedInput.failure("lost"), null, null);
        });
    try (Process process = open()) {
      OutputStream stdin = process.stdin();
      stdin.write('a');
      assertRefused(ConnectionLostException.class, stdin::flush);
      assertRefused(ConnectionLostException.class, () -> stdin.write('b'));
      stdin.close();
      assertThat(input.texts()).containsExactly("a");
    }
  }

  @Test
  void whoWritesToAProcessThatHasExitedIsToldSo() throws Exception {
    scripted.exits(0);
    try (Process process = open()) {
      process.waitFor();
      OutputStream stdin = process.stdin();
      stdin.write('a');
      assertRefused(InputClosedException.class, stdin::flush);
      stdin.close();
    }
    assertThat(input.pieces).isEmpty();
  }

  @Test
  void endOfFileForAProcessThatHasExitedIsNoFailure() throws Exception {
    scripted.exits(0);
    try (Process process = open()) {
      process.waitFor();
      process.stdin().close();
    }
    assertThat(input.pieces).isEmpty();
  }

  @Test
  void answerThatIsOnItsWayWhenTheProcessEndsStillCounts() throws Exception {
    input.onWrite(
        () -> {
          scripted.exits(0);
          Patience.until("the end is read", scripted::isReadToItsEnd);
        });
    try (Process process = open()) {
      process.stdin().write('a');
      process.stdin().flush();
      assertThat(process.waitFor().isSuccess()).isTrue();
    }
  }

  @Test
  void closingTheProcessFreesABlockedWrite() throws Exception {
    input.blocks();
    Process process = open();
    Thread closing =
        new Thread(
            () -> {
              Patience.until("it blocks", () -> input.blocked.getCount() == 0);
              process.close();
            });
    closing.start();

    assertRefused(
        CancelledException.class, () -> process.stdin().write(new byte[ProcessInput.PIECE]));
    closing.join();
  }

  @Test
  void whatWasNotOpenedCannotBeWrittenTo() {
    try (Process process = engine.start(scripted)) {
      assertThatIllegalStateException()
          .isThrownBy(process::stdin)
          .withMessageContaining("Command.openStdin()");
    }
  }

  private static void assertRefused(
      Class<? extends SandboxException> kind, ThrowingCallable action) {
    assertThatThrownBy(action)
        .isInstanceOfSatisfying(
            SandboxIOException.class, e -> assertThat(e.getCause()).isInstanceOf(kind));
  }

  private static Content failing(IOException failure) {
    return Content.of(
        () ->
            new InputStream() {
              @Override
              public int read() throws IOException {
                throw failure;
              }

              @Override
              public int read(byte[] target, int offset, int length) throws IOException {
                throw failure;
              }
            });
  }

  /** Blocks until it is closed, whoever interrupts. */
  private static final class StubbornSource extends InputStream {
    final CountDownLatch closed = new CountDownLatch(1);
    private final Runnable onRead;

    StubbornSource(Runnable onRead) {
      this.onRead = onRead;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      return read();
    }

    @Override
    public int read() throws IOException {
      onRead.run();
      Patience.until("it is closed", () -> closed.getCount() == 0);
      throw new IOException("closed");
    }

    @Override
    public void close() {
      closed.countDown();
    }
  }
}
