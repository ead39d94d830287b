package dev.sandpiper.blaxel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.Filesystem;
import dev.sandpiper.ReadOptions;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxIOException;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.blaxel.FileOnServer.Fault;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Random;
import okio.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What another client's keep-alive does to the answers of files: they are whole, or an error. */
class SpoiltAnswersTest {
  private static final String FILE = "/sbx/filesystem/%2Ftmp%2Fa";
  private static final int LENGTH = (5 << 20) + 77_777;

  @RegisterExtension final ScriptedBlaxel blaxel = new ScriptedBlaxel();
  @TempDir Path directory;

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private Filesystem serve(FileOnServer file) {
    blaxel.always("GET " + FILE, file::answer);
    return blaxel.sandbox().files();
  }

  private static ByteString sha256(byte[] bytes) {
    return ByteString.of(bytes).sha256();
  }

  private static byte[] readSlowly(Filesystem files) throws IOException {
    try (InputStream stream = files.read("/tmp/a")) {
      return stream.readAllBytes();
    }
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void aFileOfACertainVersionIsRightWhateverGetsIntoItsAnswers(Fault fault) throws Exception {
    byte[] bytes = random(LENGTH);
    FileOnServer file = FileOnServer.old(bytes).inject(2, fault, fault, fault);
    assertThat(sha256(readSlowly(serve(file)))).isEqualTo(sha256(bytes));
    assertThat(file.injected()).isEqualTo(3);
    assertThat(file.asked()).hasSize(6 + 3);
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void theFirstPieceIsRightToo(Fault fault) throws Exception {
    byte[] bytes = random(LENGTH);
    FileOnServer file = FileOnServer.old(bytes).inject(0, fault, fault);
    serve(file).download("/tmp/a", directory.resolve("a"));
    assertThat(sha256(Files.readAllBytes(directory.resolve("a")))).isEqualTo(sha256(bytes));
    assertThat(file.injected()).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void aShortFileIsTakenWholeOrAskedForAgain(Fault fault) {
    byte[] bytes = random(200_000);
    FileOnServer file = FileOnServer.fresh(bytes).inject(0, fault, fault, fault, fault);
    assertThat(serve(file).readBytes("/tmp/a")).isEqualTo(bytes);
    assertThat(file.injected()).isEqualTo(4);
  }

  @Test
  void aPartIsAskedForInPiecesToo() throws Exception {
    byte[] bytes = random(LENGTH);
    FileOnServer file = FileOnServer.old(bytes).inject(1, Fault.TEXT_IN_BODY);
    int from = 1_000_003;
    int length = 3_000_001;
    Filesystem files = serve(file);
    try (InputStream stream =
        files.read("/tmp/a", ReadOptions.whole().offset(from).length(length))) {
      assertThat(stream.readAllBytes()).isEqualTo(Arrays.copyOfRange(bytes, from, from + length));
    }
    assertThat(file.injected()).isOne();
    assertThat(file.asked()).allSatisfy(range -> assertThat(sizeOf(range)).isLessThan(1048577));
  }

  private static long sizeOf(String range) {
    String[] ends = range.substring("bytes=".length()).split("-", -1);
    return Long.parseLong(ends[1]) - Long.parseLong(ends[0]) + 1;
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"TEXT_IN_BODY", "EVENT_IN_BODY", "TEXT_BEFORE_BODY", "CUT"})
  void aFileThatIsBeingWrittenIsNeverResumed(Fault fault) throws Exception {
    FileOnServer file = FileOnServer.fresh(random(LENGTH)).inject(1, fault);
    Filesystem files = serve(file);
    assertThatThrownBy(() -> readSlowly(files))
        .isInstanceOfSatisfying(
            SandboxIOException.class,
            e -> assertThat(e.getCause()).isInstanceOf(ConnectionLostException.class))
        .hasMessageContaining("before the end of the file");
    assertThat(file.injected()).isOne();
    assertThat(file.asked()).containsExactly("bytes=0-1048575", "");
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"MULTIPART", "TEXT_INSTEAD_OF_STATUS"},
      mode = EnumSource.Mode.EXCLUDE)
  void aDownloadOfAFileThatIsBeingWrittenBeginsAnew(Fault fault) throws Exception {
    byte[] bytes = random(LENGTH);
    FileOnServer file = FileOnServer.fresh(bytes).inject(1, fault);
    serve(file).download("/tmp/a", directory.resolve("a"));
    assertThat(sha256(Files.readAllBytes(directory.resolve("a")))).isEqualTo(sha256(bytes));
    assertThat(file.injected()).isOne();
    assertThat(directory.toFile().list()).containsExactly("a");
  }

  @Test
  void aFileThatChangesIsNotPutTogetherFromTwo() throws Exception {
    byte[] bytes = random(LENGTH);
    FileOnServer file = FileOnServer.old(bytes);
    Filesystem files = serve(file);
    for (byte[] other : new byte[][] {random(LENGTH), random(LENGTH + 1), random(100)}) {
      file.replace(bytes, Instant.parse("2026-11-20T17:34:01Z"));
      try (InputStream stream = files.read("/tmp/a")) {
        assertThat(stream.readNBytes(1 << 20)).isEqualTo(Arrays.copyOf(bytes, 1 << 20));
        file.replace(other, Instant.parse("2026-11-20T18:34:01Z"));
        assertThatThrownBy(stream::readAllBytes)
            .hasMessageContaining("the file was changed while it was read");
        assertThatThrownBy(stream::readAllBytes)
            .as("a second attempt does not go on behind the hole")
            .hasMessageContaining("the file was changed while it was read");
      }
    }
  }

  @Test
  void aFileThatGrowsWithoutItsTimeIsChanged() throws Exception {
    byte[] bytes = random(LENGTH);
    FileOnServer file = FileOnServer.old(bytes);
    Filesystem files = serve(file);
    try (InputStream stream = files.read("/tmp/a")) {
      assertThat(stream.readNBytes(1 << 20)).hasSize(1 << 20);
      file.replace(Arrays.copyOf(bytes, LENGTH + 1), Instant.parse("2026-11-20T17:34:01Z"));
      assertThatThrownBy(stream::readAllBytes).hasMessageContaining("was changed");
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"TEXT_BEFORE_HEAD", "MULTIPART"})
  void fiveAnswersToSomethingElseAreEnough(Fault fault) {
    FileOnServer file =
        FileOnServer.old(random(10)).inject(0, fault, fault, fault, fault, fault, fault);
    Filesystem files = serve(file);
    assertThatThrownBy(() -> files.read("/tmp/a"))
        .isInstanceOf(WireFormatException.class)
        .hasMessageContaining("5 times");
    assertThat(file.injected()).isEqualTo(5);
  }

  @Test
  void fiveBrokenAnswersAreEnough() {
    FileOnServer file = FileOnServer.old(random(100));
    file.inject(0, Fault.CUT, Fault.CUT, Fault.CUT, Fault.CUT, Fault.CUT, Fault.CUT);
    Filesystem files = serve(file);
    assertThatThrownBy(() -> files.read("/tmp/a")).isInstanceOf(ConnectionLostException.class);
    assertThat(file.injected()).isEqualTo(5);
  }

  @Test
  void anAnswerToSomebodyElseDoesNotMakeAFileExist() {
    FileOnServer file =
        FileOnServer.old(random(1)).inject(0, Fault.TEXT_BEFORE_HEAD, Fault.EVENT_BEFORE_HEAD);
    Filesystem files = serve(file);
    blaxel.on("GET " + FILE, ScriptedBlaxel.stream("text/plain; charset=utf-8", "[keepalive]\n{}"));
    assertThat(files.exists("/tmp/a")).isTrue();
    assertThat(file.injected()).isEqualTo(2);
    assertThat(file.asked()).hasSize(3);
  }

  @Test
  void closingEarlyGivesThePiecesUp() throws Exception {
    FileOnServer file = FileOnServer.old(random(LENGTH));
    Filesystem files = serve(file);
    InputStream stream = files.read("/tmp/a");
    assertThat(stream.readNBytes(10)).hasSize(10);
    stream.close();
    stream.close();
    assertThatThrownBy(stream::read).isInstanceOf(IOException.class);
    assertThat(file.asked().size()).isLessThanOrEqualTo(2);
  }

  @Test
  void refusalsBehindTheFirstPieceAreTold() throws Exception {
    FileOnServer file = FileOnServer.old(random(LENGTH));
    Filesystem files = serve(file);
    try (InputStream stream = files.read("/tmp/a")) {
      assertThat(stream.readNBytes(1 << 20)).hasSize(1 << 20);
      blaxel.always("GET " + FILE, request -> ScriptedBlaxel.json(404, "{\"error\":\"gone\"}"));
      assertThatThrownBy(stream::readAllBytes)
          .isInstanceOfSatisfying(
              SandboxIOException.class,
              e -> assertThat(e.getCause()).isInstanceOf(SandboxException.class))
          .hasMessageContaining("gone");
    }
  }
}
