package dev.sandpiper.blaxel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Content;
import dev.sandpiper.Filesystem;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.WriteOptions;
import dev.sandpiper.testing.Patience;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URLDecoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import mockwebserver3.MockResponse;
import mockwebserver3.SocketEffect;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Writes that replace a file whole: beside it, and moved over it. */
@EnabledOnOs(OS.LINUX)
class AtomicWriteTest extends FilesOnThisMachine {
  @Test
  void anAtomicWriteKeepsModeAndLink() throws Exception {
    Path file = Files.writeString(root.resolve("file"), "old");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx--x--x"));
    Files.createSymbolicLink(root.resolve("link"), Path.of("file"));
    blaxel.always("PUT " + route(".*"), FilesOnThisMachine::take);
    files().write(in("link"), Content.of("new"), WriteOptions.inPlace().atomic());

    assertThat(file).hasContent("new");
    assertThat(Files.isSymbolicLink(root.resolve("link"))).isTrue();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rwx--x--x");
    assertThat(root.toFile().list()).containsExactlyInAnyOrder("file", "link");
  }

  @Test
  void anAtomicWriteThatFailsLeavesTheOldFileAndNothingElse() throws Exception {
    Path file = Files.writeString(root.resolve("file"), "old");
    blaxel.always("DELETE " + route(".*"), FilesOnThisMachine::delete);
    blaxel.always(
        "PUT " + route(".*"),
        request -> {
          take(request);
          return ScriptedBlaxel.json(500, "{\"error\":\"no space left on device\"}");
        });
    assertThatThrownBy(
            () -> files().write(in("file"), Content.of("new"), WriteOptions.inPlace().atomic()))
        .isInstanceOf(PlatformException.class)
        .hasMessageContaining("the file is unchanged");
    assertThat(file).hasContent("old");
    assertThat(root.toFile().list()).containsExactly("file");
  }

  @Test
  void aRefusalNamesTheFileThatIsWrittenAndNotOurHiddenOne() throws Exception {
    Path file = Files.writeString(root.resolve("file"), "old");
    blaxel.always("DELETE " + route(".*"), FilesOnThisMachine::delete);
    blaxel.always(
        "PUT " + route(".*"),
        request -> {
          String name = request.getTarget().substring("/sbx/filesystem/".length());
          String path = URLDecoder.decode(name, UTF_8);
          assertThat(path).startsWith(in(".sp-"));
          String message = "error writing binary file: open " + path + ": permission denied";
          return ScriptedBlaxel.json(422, "{\"error\":\"" + message + "\"}");
        });
    assertThatThrownBy(
            () -> files().write(in("file"), Content.of("new"), WriteOptions.inPlace().atomic()))
        .hasMessageStartingWith("write " + file + ": ")
        .hasMessageContaining("open " + file + ": permission denied")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain(".sp-"));
  }

  /** What becomes of the command that moves the new file, whose answer is lost in any case. */
  private enum LostMove {
    DONE,
    DONE_AND_STALLED,
    NOT_DONE,
    DONE_AND_NOTHING_ANSWERS
  }

  private AtomicInteger loseTheMove(LostMove fate) {
    AtomicInteger lost = new AtomicInteger();
    SocketEffect effect =
        fate == LostMove.DONE_AND_STALLED
            ? SocketEffect.Stall.INSTANCE
            : new SocketEffect.CloseSocket();
    MockResponse nothing = new MockResponse.Builder().onResponseStart(effect).build();
    blaxel.always("PUT " + route(".*"), FilesOnThisMachine::take);
    blaxel.always(
        "GET /sbx/process/*", request -> ScriptedBlaxel.json(404, ScriptedBlaxel.NOT_FOUND));
    blaxel.always(
        START,
        request -> {
          String command = ScriptedBlaxel.json(request).path("command").asText();
          boolean isMove = command.contains("mv -f -T");
          if (!isMove && !(lost.get() > 0 && fate == LostMove.DONE_AND_NOTHING_ANSWERS)) {
            return run(request);
          }
          if (isMove && fate != LostMove.NOT_DONE) {
            run(request);
          }
          lost.incrementAndGet();
          return nothing;
        });
    return lost;
  }

  @Test
  void aMoveWhoseAnswerIsLostIsFoundDone() throws Exception {
    Path file = Files.writeString(root.resolve("file"), "old");
    AtomicInteger lost = loseTheMove(LostMove.DONE);
    files().write(in("file"), Content.of("new"), WriteOptions.inPlace().atomic());
    assertThat(lost).hasValue(1);
    assertThat(file).hasContent("new");
    assertThat(root.toFile().list()).containsExactly("file");
  }

  @Test
  void anInterruptWhileTheMoveIsAnsweredDoesNotHideThatTheFileIsReplaced() throws Exception {
    Path file = Files.writeString(root.resolve("file"), "old");
    AtomicInteger lost = loseTheMove(LostMove.DONE_AND_STALLED);
    Filesystem files = files();
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    AtomicBoolean flag = new AtomicBoolean();
    Thread caller =
        new Thread(
            () -> {
              try {
                files.write(in("file"), Content.of("new"), WriteOptions.inPlace().atomic());
              } catch (RuntimeException e) {
                thrown.set(e);
                flag.set(Thread.currentThread().isInterrupted());
              }
            });
    caller.start();
    Patience.until("the move is done", () -> lost.get() == 1);
    caller.interrupt();
    caller.join(TimeUnit.SECONDS.toMillis(20));
    assertThat(thrown.get())
        .isInstanceOf(CancelledException.class)
        .hasMessageContaining("the file was replaced")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("is unchanged"));
    assertThat(flag).isTrue();
    assertThat(file).hasContent("new");
    assertThat(root.toFile().list()).containsExactly("file");
  }

  @Test
  void aMoveThatWasNeverBegunIsForestalled() throws Exception {
    Path file = Files.writeString(root.resolve("file"), "old");
    AtomicInteger lost = loseTheMove(LostMove.NOT_DONE);
    assertThatThrownBy(
            () -> files().write(in("file"), Content.of("new"), WriteOptions.inPlace().atomic()))
        .hasMessageContaining("the file is unchanged");
    assertThat(lost).hasValue(1);
    assertThat(file).hasContent("old");
    assertThat(root.toFile().list()).containsExactly("file");
  }

  @Test
  void anOutcomeThatCannotBeAskedForStaysUnknown() throws Exception {
    Path file = Files.writeString(root.resolve("file"), "old");
    AtomicInteger lost = loseTheMove(LostMove.DONE_AND_NOTHING_ANSWERS);
    assertThatThrownBy(
            () -> files().write(in("file"), Content.of("new"), WriteOptions.inPlace().atomic()))
        .hasMessageContaining("it is unknown whether the file was replaced")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("is unchanged"));
    assertThat(lost.get()).isGreaterThan(1);
    assertThat(file).hasContent("new");
  }

  @Test
  void whatIsNoFileIsNotReplaced() throws Exception {
    Files.createDirectory(root.resolve("directory"));
    Files.createSymbolicLink(root.resolve("nowhere"), Path.of("gone"));
    Filesystem files = files();
    WriteOptions atomic = WriteOptions.inPlace().atomic();
    for (String path : List.of(in("directory"), in("nowhere"), in("x/"), "/proc/x")) {
      assertThatThrownBy(() -> files.write(path, Content.of("x"), atomic))
          .isInstanceOf(InvalidRequestException.class);
    }
  }

  @Test
  void anInterruptedReadOfTheContentSetsTheFlagAgainAndSaysSo() throws Exception {
    Filesystem files = files();
    AtomicInteger read = new AtomicInteger();
    InputStream content =
        new InputStream() {
          @Override
          public int read() throws IOException {
            return read(new byte[1], 0, 1);
          }

          @Override
          public int read(byte[] bytes, int offset, int length) throws IOException {
            read.incrementAndGet();
            throw new InterruptedIOException("the source was interrupted");
          }
        };
    assertThatThrownBy(() -> files.write(in("file"), Content.of(content)))
        .isInstanceOf(CancelledException.class)
        .hasMessageContaining("its thread was interrupted");
    assertThat(Thread.interrupted()).isTrue();
    assertThat(read).hasValue(1);
  }
}
