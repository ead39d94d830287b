package dev.sandpiper.testkit.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Capability;
import dev.sandpiper.Command;
import dev.sandpiper.Content;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.ExecResult;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.InputClosedException;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxIOException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;

/** The input of a command, given at once or interactively, of any size. */
@Needs({Capability.STDIN_END, Capability.EXIT_STATUS})
interface StandardInput extends Facts {
  /** More than any buffer on the way holds; 100 MB with {@code -Dsandpiper.exhaustive=true}. */
  long MANY_BYTES = Boolean.getBoolean("sandpiper.exhaustive") ? 100_000_000 : 24_000_000;

  @Fact
  default void textAndBinaryGoRoundThroughCat(@TempDir Path directory) throws Exception {
    byte[] bytes = new byte[1_000_003];
    new Random(7).nextBytes(bytes);
    Path file = Files.write(directory.resolve("file"), bytes);
    assertThat(fed("cat", Content.of("zwölf\n€")).stdout().text()).isEqualTo("zwölf\n€");
    Facts.assertSameBytes(fed("cat", Content.of(bytes)).stdout().bytes(), bytes);
    Facts.assertSameBytes(fed("cat", Content.of(file)).stdout().bytes(), bytes);
    Content stream = Content.of(Files.newInputStream(file));
    Facts.assertSameBytes(fed("cat", stream).stdout().bytes(), bytes);
  }

  @Fact
  default void emptyContentIsTheEndOfFile() {
    assertThat(fed("cat; echo over", Content.of("")).stdout().text()).isEqualTo("over\n");
  }

  @Fact
  default void withoutInputACommandReadsTheEndOfFileAtOnce() {
    assertThat(sandbox().shell("cat; echo over").stdout().text()).isEqualTo("over\n");
  }

  @Fact
  default void manyMegabytesAreCounted() {
    Content zeros = Content.of(() -> new EndlessBytes(MANY_BYTES));
    assertThat(fed("cat | wc -c", zeros).stdout().text().strip()).isEqualTo("" + MANY_BYTES);
  }

  @Fact
  default void manyMegabytesComeBack() {
    Command cat = Command.of("cat").stdin(Content.of(() -> new EndlessBytes(MANY_BYTES)));
    ExecResult result = sandbox().processes().exec(cat.captureBytes(1 << 20)).orThrow();
    assertThat(result.stdout().totalBytes()).isEqualTo(MANY_BYTES);
  }

  @Fact
  default void manyMegabytesComeBackFromAStartedProcess() throws Exception {
    Command cat = Command.of("cat").stdin(Content.of(() -> new EndlessBytes(MANY_BYTES)));
    try (Process process = sandbox().processes().start(cat)) {
      long read = 0;
      for (ProcessEvent event : process.events()) {
        read += event instanceof Output output ? output.size() : 0;
      }
      assertThat(read).isEqualTo(MANY_BYTES);
      assertThat(process.waitFor()).isEqualTo(new ExitStatus.Exited(0));
    }
  }

  @Fact
  default void aCommandNeedNotReadWhatItIsGiven() {
    Content much = Content.of(new byte[10_000_000]);
    assertThat(fed("exit 3", much).exit()).isEqualTo(new ExitStatus.Exited(3));
    assertThat(fed("exec 0<&-; sleep 0.3; echo on", much).stdout().text()).isEqualTo("on\n");
    Content endless = Content.of(new EndlessBytes(Long.MAX_VALUE));
    assertThat(fed("head -c 10", endless).stdout().totalBytes()).isEqualTo(10);
  }

  @Fact
  default void aSourceThatBlocksForEverDoesNotHoldUpAResult() throws Exception {
    try (PipedOutputStream open = new PipedOutputStream();
        PipedInputStream silent = new PipedInputStream(open)) {
      open.write("first\n".getBytes(UTF_8));
      ExecResult result = fed("read line; echo got $line", Content.of(silent));
      assertThat(result.stdout().text()).isEqualTo("got first\n");
    }
  }

  @Fact
  default void aSourceThatFailsMidwayStopsTheCommand() {
    IOException broken = new IOException("the disk is on fire");
    assertThatThrownBy(() -> fed("cat; sleep 60", failingAfter(1_000_000, broken)))
        .isInstanceOf(CancelledException.class)
        .hasMessageContaining("stdin")
        .hasCause(broken);
  }

  @Fact
  default void aSourceThatFailsMidwayStopsAStartedProcess() {
    IOException broken = new IOException("the disk is on fire");
    Command command = Command.shell("cat; sleep 60").stdin(failingAfter(1_000_000, broken));
    try (Process process = sandbox().processes().start(command)) {
      assertThatThrownBy(process::waitFor).isInstanceOf(CancelledException.class).hasCause(broken);
    }
  }

  @Fact
  default void aDeadlineEndsFeedingToo() {
    Content endless = Content.of(new EndlessBytes(Long.MAX_VALUE));
    Command deaf = Command.of("sleep", "60").stdin(endless).timeout(Duration.ofMillis(300));
    assertThatThrownBy(() -> sandbox().processes().exec(deaf))
        .isInstanceOf(DeadlineExceededException.class);
  }

  @Fact
  default void aListenerThatThrowsEndsFeedingToo() {
    IllegalStateException enough = new IllegalStateException("enough");
    Command cat = Command.of("cat").stdin(Content.of(new EndlessBytes(Long.MAX_VALUE)));
    assertThatThrownBy(
            () ->
                sandbox()
                    .processes()
                    .exec(
                        cat,
                        output -> {
                          throw enough;
                        }))
        .isSameAs(enough);
  }

  @Fact
  default void closingAProcessEndsFeedingToo() {
    RunningCommands running = new RunningCommands(sandbox());
    Content endless = Content.of(new EndlessBytes(Long.MAX_VALUE));
    processes().start(running.script("sleep 900").stdin(endless)).close();
    running.assertStopped();
  }

  @Fact
  default void aConversationGoesLineByLine() throws Exception {
    String shell = "while read -r line; do echo \"<$line>\"; done; echo over";
    try (Process process = sandbox().processes().start(Command.shell(shell).openStdin())) {
      OutputStream stdin = process.stdin();
      Iterator<ProcessEvent> events = process.events().iterator();
      for (String line : new String[] {"one", "zwölf", ""}) {
        stdin.write((line + "\n").getBytes(UTF_8));
        stdin.flush();
        assertThat(text(events)).isEqualTo("<" + line + ">\n");
      }
      stdin.close();
      stdin.close();
      assertThat(text(events)).isEqualTo("over\n");
      assertThat(process.waitFor()).isEqualTo(new ExitStatus.Exited(0));
    }
  }

  @Fact
  default void whatEndsTheProcessIsWrittenWithoutAnError() throws Exception {
    for (int i = 0; i < 30; i++) {
      try (Process process = sandbox().processes().start(Command.of("sh").openStdin());
          OutputStream stdin = process.stdin()) {
        stdin.write("exit 4\n".getBytes(UTF_8));
        stdin.flush();
        assertThat(process.waitFor()).isEqualTo(new ExitStatus.Exited(4));
      }
    }
  }

  @Fact
  default void manyMegabytesAreWrittenWhileAnotherThreadReads() throws Exception {
    byte[] bytes = new byte[10_000_000];
    new Random(8).nextBytes(bytes);
    try (Process process =
        sandbox().processes().start(Command.shell("cat | sha256sum").openStdin())) {
      try (OutputStream stdin = process.stdin()) {
        stdin.write(bytes, 0, 1);
        stdin.write(bytes[1]);
        stdin.write(bytes, 2, bytes.length - 2);
      }
      String digest = text(process.events().iterator());
      assertThat(digest).isEqualTo(fed("sha256sum", Content.of(bytes)).stdout().text());
    }
  }

  @Fact
  default void writingToAProcessThatHasExitedFails() throws Exception {
    try (Process process = sandbox().processes().start(Command.of("true").openStdin())) {
      process.waitFor();
      OutputStream stdin = process.stdin();
      assertRefused(stdin, InputClosedException.class, "has exited");
      stdin.close();
    }
  }

  @Fact
  default void writingToAProcessThatHasClosedItsInputFails() throws Exception {
    Command deaf = Command.shell("exec 0<&-; echo closed; sleep 60").openStdin();
    try (Process process = sandbox().processes().start(deaf)) {
      assertThat(text(process.events().iterator())).isEqualTo("closed\n");
      assertRefused(process.stdin(), InputClosedException.class, "has closed its stdin");
    }
  }

  @Fact
  default void writingAfterCloseFails() throws Exception {
    try (Process process = sandbox().processes().start(Command.of("cat").openStdin())) {
      OutputStream stdin = process.stdin();
      stdin.close();
      assertRefused(stdin, SandboxException.class, "write stdin cat: ");
      assertThat(process.waitFor()).isEqualTo(new ExitStatus.Exited(0));
    }
  }

  @Fact
  default void aProcessWithoutOpenInputHasNoStream() {
    Command fed = Command.of("cat").stdin(Content.of("x"));
    for (Command command : new Command[] {Command.of("true"), fed}) {
      try (Process process = sandbox().processes().start(command)) {
        assertThatThrownBy(process::stdin)
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("Command.openStdin()");
      }
    }
  }

  @Fact
  @Needs(Capability.ATTACH)
  default void anAttachedProcessCanBeWrittenTo() throws Exception {
    Process first = sandbox().processes().start(Command.of("wc", "-c").openStdin());
    first.stdin().write('a');
    first.stdin().flush();
    try (Process again = sandbox().processes().attach(first.detach())) {
      assertRefused(first.stdin(), CancelledException.class, "closed or detached");
      again.stdin().write('b');
      again.stdin().close();
      assertThat(again.waitFor()).isEqualTo(new ExitStatus.Exited(0));
    }
  }

  @Fact
  @Needs(Capability.ATTACH)
  default void aProcessThatWasStartedWithoutInputSaysSoWhenItIsWrittenTo() {
    try (Process first = sandbox().processes().start(Command.of("sleep", "60"));
        Process again = sandbox().processes().attach(first.ref())) {
      assertRefused(again.stdin(), InvalidRequestException.class, "is not open");
    }
  }

  @Fact
  default void aBlockedWriteIsFreedByClosingTheProcess() throws Exception {
    Process process = sandbox().processes().start(Command.of("sleep", "60").openStdin());
    CompletableFuture<Throwable> outcome = new CompletableFuture<>();
    Thread writer = writingTooMuch(process, outcome);
    assertThat(outcome).isNotDone();
    process.close();
    assertFreed(outcome, "closed");
    writer.join(5_000);
  }

  @Fact
  default void aBlockedWriteIsFreedByAnInterrupt() throws Exception {
    try (Process process = sandbox().processes().start(Command.of("sleep", "60").openStdin())) {
      CompletableFuture<Throwable> outcome = new CompletableFuture<>();
      Thread writer = writingTooMuch(process, outcome);
      writer.interrupt();
      assertFreed(outcome, "interrupted");
      writer.join(5_000);
      assertThat(process.waitFor(Duration.ofMillis(100))).isEmpty();
      process.stdin().close();
    }
  }

  @Fact
  default void aBlockedWriteIsFreedByTheEndOfTheProcess() throws Exception {
    try (Process process =
        sandbox().processes().start(Command.shell("sleep 1; exit 5").openStdin())) {
      CompletableFuture<Throwable> outcome = new CompletableFuture<>();
      Thread writer = writingTooMuch(process, outcome);
      assertFreed(outcome, "has exited");
      assertThat(process.waitFor()).isEqualTo(new ExitStatus.Exited(5));
      writer.join(5_000);
    }
  }

  private ExecResult fed(String script, Content content) {
    return sandbox().processes().exec(Command.shell(script).stdin(content));
  }

  private static String text(Iterator<ProcessEvent> events) {
    return ((Output) events.next()).text();
  }

  private static void assertRefused(OutputStream stdin, Class<?> kind, String message) {
    SandboxIOException e =
        Facts.thrown(
            SandboxIOException.class,
            () -> {
              stdin.write('x');
              stdin.flush();
            });
    assertThat(e).hasMessageContaining(message);
    assertThat(e.getCause()).isInstanceOf(kind);
  }

  private static void assertFreed(CompletableFuture<Throwable> outcome, String message)
      throws Exception {
    assertThat(outcome.get(10, TimeUnit.SECONDS))
        .isInstanceOf(SandboxIOException.class)
        .hasMessageContaining(message);
  }

  /** Returns when the pipe has been full for a while. */
  private static Thread writingTooMuch(Process process, CompletableFuture<Throwable> outcome)
      throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    Thread writer =
        new Thread(
            () -> {
              try {
                begun.countDown();
                process.stdin().write(new byte[1_000_000]);
                outcome.complete(new AssertionError("it was taken"));
              } catch (Throwable e) {
                outcome.complete(e);
              }
            });
    writer.start();
    begun.await();
    TimeUnit.MILLISECONDS.sleep(300);
    return writer;
  }

  private static Content failingAfter(long length, IOException failure) {
    return Content.of(
        new EndlessBytes(length) {
          @Override
          int end() throws IOException {
            throw failure;
          }
        });
  }

  /** This many bytes, then the result of {@link #end}. */
  class EndlessBytes extends InputStream {
    private long left;

    EndlessBytes(long length) {
      left = length;
    }

    int end() throws IOException {
      return -1;
    }

    @Override
    public int read() throws IOException {
      return left-- > 0 ? 0 : end();
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      if (left <= 0) {
        return end();
      }
      int count = (int) Math.min(left, length);
      left -= count;
      return count;
    }

    @Override
    public int available() {
      return left > 0 ? 1 : 0;
    }
  }
}
