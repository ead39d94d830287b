package dev.sandpiper.blaxel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.Command;
import dev.sandpiper.Content;
import dev.sandpiper.ExecResult;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.InputClosedException;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.SandboxIOException;
import dev.sandpiper.Signal;
import dev.sandpiper.testing.Patience;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import mockwebserver3.MockResponse;
import mockwebserver3.SocketEffect;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Standard input by files, with the real feeder. */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class ExactInputTest {
  @RegisterExtension final RealProcesses blaxel = new RealProcesses();

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(3).nextBytes(bytes);
    return bytes;
  }

  @Test
  void aContentArrivesWholeAndThenTheEnd() throws IOException {
    byte[] bytes = random(3_000_000);
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      ExecResult result = sandbox.processes().exec(Command.of("cat").stdin(Content.of(bytes)));

      assertThat(result.stdout().bytes()).isEqualTo(bytes);
    }
    blaxel.assertClean();
  }

  @Test
  void nothingIsAContentToo() {
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      ExecResult result =
          sandbox.processes().exec(Command.of("wc", "-c").stdin(Content.of(new byte[0])));

      assertThat(result.stdout().text()).isEqualTo("0\n");
    }
    blaxel.assertClean();
  }

  @Test
  void aConversationGoesBackAndForth() throws IOException {
    try (BlaxelSandbox sandbox = blaxel.sandbox();
        Process process =
            sandbox
                .processes()
                .start(
                    Command.shell("while read -r line; do echo \"<$line>\"; done; echo end")
                        .openStdin());
        var events = process.events()) {
      OutputStream input = process.stdin();
      for (String word : new String[] {"one", "two"}) {
        input.write((word + "\n").getBytes(UTF_8));
        input.flush();
        assertThat(((ProcessEvent.Output) requireNonNull(events.next())).text())
            .isEqualTo("<" + word + ">\n");
      }
      input.close();
      assertThat(((ProcessEvent.Output) requireNonNull(events.next())).text()).isEqualTo("end\n");
    }
    blaxel.assertClean();
  }

  @Test
  void whatEndsTheProcessIsWrittenWithoutAnErrorHoweverLateTheAnswerIs() throws Exception {
    CompletableFuture<ExitStatus> exit = new CompletableFuture<>();
    blaxel.meddle(
        "an answer that comes after the end",
        request -> {
          String target = URLDecoder.decode(request.getTarget(), UTF_8);
          if (!target.contains(".i.0.")) {
            return null;
          }
          blaxel.answerUnheard(request);
          wakeFeeder(target.substring(target.indexOf("//") + 1, target.indexOf(".i.0.")));
          exit.join();
          return ScriptedBlaxel.json(200, "{}").newBuilder().headersDelay(1, SECONDS).build();
        });
    try (BlaxelSandbox sandbox = blaxel.sandbox();
        Process process = sandbox.processes().start(Command.of("sh").openStdin())) {
      CompletableFuture<Void> unused = process.onExit().thenAccept(exit::complete);
      process.stdin().write("exit 4\n".getBytes(UTF_8));
      process.stdin().flush();
      assertThat(process.waitFor()).isEqualTo(new ExitStatus.Exited(4));
    }
  }

  private static void wakeFeeder(String process) {
    try {
      Files.writeString(Path.of(process + ".n"), "look\n", StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aCommandThatReadsNoMoreEndsTheWriting() throws Exception {
    try (BlaxelSandbox sandbox = blaxel.sandbox();
        Process process =
            sandbox
                .processes()
                .start(
                    Command.shell("read -r x; exec <&-; echo closed; exec sleep 1000")
                        .openStdin());
        var events = process.events()) {
      OutputStream input = process.stdin();
      input.write("x\n".getBytes(UTF_8));
      input.flush();
      events.next();
      assertThatThrownBy(() -> writeUntilItFails(input))
          .isInstanceOfSatisfying(
              SandboxIOException.class,
              e -> assertThat(e.getCause()).isInstanceOf(InputClosedException.class));
    }
    blaxel.assertClean();
  }

  private static void writeUntilItFails(OutputStream input) throws IOException {
    for (int i = 0; i < 1000; i++) {
      input.write(new byte[1000]);
      input.flush();
    }
  }

  @Test
  void aCommandThatDoesNotReadHoldsTheWriterUntilItEnds() throws Exception {
    try (BlaxelSandbox sandbox = blaxel.sandbox();
        Process process = sandbox.processes().start(Command.of("sleep", "1000").openStdin())) {
      OutputStream input = process.stdin();
      Thread killer =
          new Thread(
              () -> {
                Patience.until(
                    "much is waiting",
                    () -> blaxel.files().stream().filter(name -> name.contains(".i.")).count() > 3);
                process.signal(Signal.KILL);
              });
      killer.start();
      assertThatThrownBy(() -> input.write(new byte[4 << 20]))
          .isInstanceOfSatisfying(
              SandboxIOException.class,
              e -> assertThat(e.getCause()).isInstanceOf(InputClosedException.class));
      killer.join();
      assertThat(process.waitFor()).isEqualTo(new ExitStatus.Signaled(Signal.UNKNOWN));
    }
    blaxel.assertClean();
  }

  @Test
  void aPieceWhoseAnswerIsLostIsSentAgainAndArrivesOnce() throws IOException {
    AtomicInteger pieces = new AtomicInteger();
    blaxel.meddle(
        "a lost answer",
        request ->
            request.getTarget().contains(".i.") && pieces.incrementAndGet() == 1
                ? new MockResponse.Builder().onResponseStart(new SocketEffect.CloseSocket()).build()
                : null);
    byte[] bytes = random(1000);
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      ExecResult result = sandbox.processes().exec(Command.of("cat").stdin(Content.of(bytes)));

      assertThat(result.stdout().bytes()).isEqualTo(bytes);
      assertThat(pieces.get()).isEqualTo(2);
    }
    blaxel.assertClean();
  }

  @Test
  void whoAttachesGoesOnWriting() throws Exception {
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      ProcessRef ref;
      try (Process process = sandbox.processes().start(Command.of("cat").openStdin())) {
        process.stdin().write("one ".getBytes(UTF_8));
        process.stdin().flush();
        ref = process.detach();
      }
      try (Process again = sandbox.processes().attach(ref)) {
        again.stdin().write("two".getBytes(UTF_8));
        again.stdin().close();
        var out = new java.io.ByteArrayOutputStream();
        again.transferTo(out, out);
        assertThat(out.toString(UTF_8)).isEqualTo("one two");
      }
    }
    blaxel.assertClean();
  }

  @Test
  void aPipeHasAReaderForAsLongAsItHasAName(@TempDir Path tools) throws Exception {
    Path removed = slowRemoval(tools);
    blaxel.environment = Map.of("PATH", tools + ":" + System.getenv("PATH"));
    try (BlaxelSandbox sandbox = blaxel.sandbox();
        Process process = sandbox.processes().start(Command.of("cat").openStdin())) {
      process.stdin().write("x".getBytes(UTF_8));
      process.stdin().flush();
      String pipe = blaxel.files().stream().filter(name -> name.endsWith(".n")).findAny().get();
      CompletableFuture<Void> opening =
          CompletableFuture.runAsync(() -> openUntilItIsGone(blaxel.output().resolve(pipe)));

      process.stdin().close();

      assertThat(process.waitFor()).isEqualTo(new ExitStatus.Exited(0));
      assertThat(opening).succeedsWithin(Duration.ofSeconds(20));
      assertThat(Files.readString(removed)).contains(pipe);
    }
    blaxel.assertClean();
  }

  /**
   * Has pipes removed by an {@code rm} that pauses before and afterwards: without a reader
   * meanwhile, who opens one would wait for ever. The second pause outlasts whatever looked the
   * name up just before it was gone and was not run on at once.
   *
   * @return the names that it removed
   */
  private static Path slowRemoval(Path tools) throws IOException {
    Path removed = tools.resolve("removed");
    Path rm = tools.resolve("rm");
    Files.writeString(
        rm,
        """
        #!/bin/sh
        pause=
        case "$*" in *.n*) pause=yes ;; esac
        [ -z "$pause" ] || { echo "$@" >>%s && sleep 0.5; }
        PATH=/usr/bin:/bin rm "$@"
        code=$?
        [ -z "$pause" ] || sleep 0.5
        exit $code
        """
            .replace("%s", removed.toString()));
    Files.setPosixFilePermissions(rm, PosixFilePermissions.fromString("rwxr-xr-x"));
    return removed;
  }

  private static void openUntilItIsGone(Path pipe) {
    try {
      while (true) {
        Files.newOutputStream(pipe, StandardOpenOption.WRITE).close();
      }
    } catch (NoSuchFileException e) {
      // as it should be
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void whatHasNoInputCannotBeWrittenTo() throws Exception {
    try (BlaxelSandbox sandbox = blaxel.sandbox();
        Process process = sandbox.processes().start(Command.of("sleep", "1000"))) {
      try (Process again = sandbox.processes().attach(process.ref())) {
        OutputStream input = again.stdin();
        assertThatThrownBy(
                () -> {
                  input.write(1);
                  input.flush();
                })
            .isInstanceOfSatisfying(
                SandboxIOException.class,
                e ->
                    assertThat(e.getCause())
                        .isInstanceOf(InvalidRequestException.class)
                        .hasMessageContaining("is not open"));
      }
    }
    blaxel.assertClean();
  }
}
