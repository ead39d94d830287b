package dev.sandpiper.e2b;

import static dev.sandpiper.e2b.FileMessages.ONE_FILE;
import static dev.sandpiper.e2b.FileMessages.entry;
import static dev.sandpiper.e2b.FileMessages.stat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.Content;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.WriteOptions;
import dev.sandpiper.e2b.connect.Frames;
import dev.sandpiper.e2b.proto.FilesystemProto.FileType;
import dev.sandpiper.e2b.proto.FilesystemProto.MoveRequest;
import dev.sandpiper.e2b.proto.FilesystemProto.MoveResponse;
import dev.sandpiper.e2b.proto.FilesystemProto.RemoveRequest;
import dev.sandpiper.e2b.proto.FilesystemProto.RemoveResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Writes that replace a file whole: beside it, and moved over it. */
class AtomicWriteTest {
  private static final WriteOptions ATOMIC = WriteOptions.inPlace().atomic();

  @RegisterExtension final ScriptedE2b e2b = new ScriptedE2b();

  private void answerNotFound() {
    e2b.answer(404, "{\"code\": \"not_found\", \"message\": \"file not found\"}");
  }

  private void takeStat() throws Exception {
    e2b.take("POST /filesystem.Filesystem/Stat");
  }

  private String takeUpload() throws Exception {
    RecordedRequest upload = e2b.take();
    assertThat(upload.getMethod()).isEqualTo("POST");
    return String.valueOf(upload.getUrl().queryParameter("path"));
  }

  @Test
  void anAtomicWriteGoesBesideTheTargetOfALinkAndMovesOverIt() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(stat(entry("/l", 0644).setPermissions("Lrwxrwxrwx").setSymlinkTarget("/d/f")));
    e2b.answer(stat(entry("/d/f", 0640)));
    e2b.answer(200, ONE_FILE);
    e2b.answer(Frames.stream(Frames.start(7), Frames.exited(0), Frames.goodbye()));
    e2b.answer(Frames.unary(MoveResponse.newBuilder().setEntry(entry("/d/f", 0640)).build()));
    sandbox.files().write("/l", Content.of("x"), ATOMIC);
    takeStat();
    takeStat();
    String aside = takeUpload();
    assertThat(aside).matches("/d/\\.sp-[0-9a-f]{32}");
    assertThat(e2b.firstStart().getProcess().getArgsList()).contains("chmod", "0640", aside);
    e2b.take("POST /process.Process/Start");
    MoveRequest move =
        ScriptedE2b.message(
            e2b.take("POST /filesystem.Filesystem/Move"), MoveRequest.getDefaultInstance());
    assertThat(move.getSource()).isEqualTo(aside);
    assertThat(move.getDestination()).isEqualTo("/d/f");
  }

  @Test
  void anAtomicWriteThatBreaksLeavesNothingHoweverLateItBegins() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    answerNotFound();
    e2b.answer(Frames.nothing());
    e2b.answer(Frames.unary(RemoveResponse.getDefaultInstance())); // of what has not begun yet
    e2b.answer(Frames.unary(RemoveResponse.getDefaultInstance()));
    assertThatExceptionOfType(ConnectionLostException.class)
        .isThrownBy(() -> sandbox.files().write("/f", Content.of("x"), ATOMIC))
        .withMessageContaining("the file is unchanged");
    takeStat();
    String aside = takeUpload();
    for (int i = 0; i < 2; i++) {
      RemoveRequest remove =
          ScriptedE2b.message(
              e2b.take("POST /filesystem.Filesystem/Remove"), RemoveRequest.getDefaultInstance());
      assertThat(remove.getPath()).isEqualTo(aside);
    }
  }

  @Test
  void whatAnAtomicWriteLeavesBehindIsSaid() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    answerNotFound();
    e2b.answer(507, "{\"code\": 507, \"message\": \"not enough disk space\"}");
    e2b.answer(500, "{\"code\": \"internal\", \"message\": \"no\"}");
    assertThatThrownBy(() -> sandbox.files().write("/f", Content.of("x"), ATOMIC))
        .hasMessageContaining("the disk of the sandbox is full")
        .hasMessageContaining("the file is unchanged, and /.sp-");
    takeStat();
    takeUpload();
    e2b.take("POST /filesystem.Filesystem/Remove");
  }

  @Test
  void aDeviceAndTheSystemsOwnFilesAreNotReplaced() throws Exception {
    E2bFilesystem files = e2b.sandbox().files();
    e2b.answer(
        stat(
            entry("/dev/null", 0666)
                .setType(FileType.FILE_TYPE_UNSPECIFIED)
                .setPermissions("Dcrw-rw-rw-")));
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> files.write("/dev/null", Content.of("x"), ATOMIC))
        .withMessageContaining("not a regular file");
    takeStat();
    e2b.answer(
        stat(entry("/l", 0644).setPermissions("Lrwxrwxrwx").setSymlinkTarget("/proc/1/comm")));
    e2b.answer(stat(entry("/proc/1/comm", 0644)));
    for (String path : java.util.List.of("/proc/self/comm", "//sys/kernel/x", "/l", "/d/")) {
      assertThatExceptionOfType(InvalidRequestException.class)
          .isThrownBy(() -> files.write(path, Content.of("x"), ATOMIC));
    }
    takeStat();
    takeStat();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "404|404 page not found",
        "405|",
        "400|{\"code\": 400, \"message\": \"unsupported content type\"}"
      })
  void withoutComposeAFileGoesInOnePiece(String shown, @TempDir Path directory) throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    Path source = directory.resolve("f");
    try (FileChannel file =
        FileChannel.open(source, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.wrap(new byte[1]), (16 << 20) - 1);
    }
    String[] answer = shown.split("\\|", -1);
    for (int i = 0; i < 2; i++) {
      if (i == 0) {
        e2b.answer(Integer.parseInt(answer[0]), answer[1]);
      }
      answerNotFound();
      e2b.answer(200, ONE_FILE);
      e2b.answer(Frames.unary(MoveResponse.newBuilder().setEntry(entry("/f", 0644)).build()));
      sandbox.files().uploadInParts(source, "/f", PartsUploadOptions.parallel(4));
      if (i == 0) {
        assertThat(ScriptedE2b.json(e2b.take("POST /files/compose")).path("source_paths"))
            .isEmpty();
      }
      takeStat();
      takeUpload();
      e2b.take("POST /filesystem.Filesystem/Move");
    }
  }

  @Test
  void aMoveOfUnknownOutcomeIsLookedAt() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    answerNotFound();
    e2b.answer(200, ONE_FILE);
    e2b.answer(Frames.nothing());
    answerNotFound();
    sandbox.files().write("/f", Content.of("x"), ATOMIC);
    takeStat();
    takeUpload();
    e2b.take("POST /filesystem.Filesystem/Move");
    takeStat();
  }

  private void answerUploadAndLoseTheMove() {
    answerNotFound();
    e2b.answer(200, ONE_FILE);
    e2b.answer(Frames.nothing());
  }

  private String takeUploadAndMove() throws Exception {
    takeStat();
    String aside = takeUpload();
    e2b.take("POST /filesystem.Filesystem/Move");
    return aside;
  }

  @Test
  void anOutcomeThatCannotBeAskedForStaysUnknown() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    answerUploadAndLoseTheMove();
    for (int attempt = 0; attempt < 3; attempt++) {
      e2b.answer(Frames.nothing());
    }
    assertThatExceptionOfType(ConnectionLostException.class)
        .isThrownBy(() -> sandbox.files().write("/f", Content.of("x"), ATOMIC))
        .withMessageContaining("write /f: it is unknown whether the file was replaced")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("is unchanged"))
        .satisfies(e -> assertThat(e.retryable()).isFalse());
    takeUploadAndMove();
    for (int attempt = 0; attempt < 3; attempt++) {
      takeStat();
    }
  }

  @Test
  void aMoveThatMayComeLaterIsForestalled() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    answerUploadAndLoseTheMove();
    e2b.answer(stat(entry("/.sp-0", 0644)));
    e2b.answer(Frames.unary(MoveResponse.newBuilder().setEntry(entry("/x", 0644)).build()));
    e2b.answer(Frames.unary(RemoveResponse.getDefaultInstance()));
    assertThatExceptionOfType(ConnectionLostException.class)
        .isThrownBy(() -> sandbox.files().write("/f", Content.of("x"), ATOMIC))
        .withMessageContaining("write /f: the file is unchanged")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain(".sp-"));
    String aside = takeUploadAndMove();
    takeStat();
    MoveRequest withdrawal =
        ScriptedE2b.message(
            e2b.take("POST /filesystem.Filesystem/Move"), MoveRequest.getDefaultInstance());
    assertThat(withdrawal.getSource()).isEqualTo(aside);
    RemoveRequest remove =
        ScriptedE2b.message(
            e2b.take("POST /filesystem.Filesystem/Remove"), RemoveRequest.getDefaultInstance());
    assertThat(remove.getPath()).isEqualTo(withdrawal.getDestination());
  }

  @Test
  void aMoveThatCameAfterTheLookUpHasReplacedTheFile() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    answerUploadAndLoseTheMove();
    e2b.answer(stat(entry("/.sp-0", 0644)));
    answerNotFound();
    sandbox.files().write("/f", Content.of("x"), ATOMIC);
    takeUploadAndMove();
    takeStat();
    e2b.take("POST /filesystem.Filesystem/Move");
  }
}
