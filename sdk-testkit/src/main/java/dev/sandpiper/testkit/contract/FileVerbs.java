package dev.sandpiper.testkit.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Capability;
import dev.sandpiper.Content;
import dev.sandpiper.FileInfo;
import dev.sandpiper.FileType;
import dev.sandpiper.IncompleteListingException;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.ReadOptions;
import dev.sandpiper.TransferProgress;
import dev.sandpiper.WriteOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The methods of a filesystem with real files, including what they reject. */
@Needs({Capability.FILE_STATUS, Capability.MOVE, Capability.RANGES, Capability.BYTES})
interface FileVerbs extends Facts {
  @Fact
  default void anEntryIsDescribedAsItIs() {
    sandbox()
        .shell("printf hello > f; chmod 4751 f; mkdir d; ln -s f to-f; ln -s no broken; mkfifo p");
    FileInfo file = files().stat("f");
    assertThat(file.path()).isEqualTo(sandbox().workingDirectory() + "/f");
    assertThat(file.name()).isEqualTo("f");
    assertThat(file.type()).isEqualTo(FileType.FILE);
    assertThat(file.size()).isEqualTo(5);
    assertThat(file.mode()).isEqualTo(04751);
    assertThat(file.owner()).isNotEmpty();
    assertThat(file.linkTarget()).isEmpty();
    assertThat(files().stat("d").type()).isEqualTo(FileType.DIRECTORY);
    assertThat(files().stat("p").type()).isEqualTo(FileType.OTHER);
    FileInfo link = files().stat("to-f");
    assertThat(link.type()).isEqualTo(FileType.LINK);
    assertThat(link.linkTarget()).get().asString().endsWith("/f");
    assertThat(files().stat("broken").type()).isEqualTo(FileType.LINK);
    assertThat(files().stat("broken").linkTarget()).isEmpty();
    assertThat(files().exists("broken")).isTrue();
  }

  @Fact
  default void aListingGoesAsDeepAsItIsAsked() {
    sandbox().shell("mkdir -p t/a/b; touch t/a/b/c t/x; ln -s nowhere t/l; mkfifo t/p");
    String root = sandbox().workingDirectory() + "/t/";
    assertThat(files().list("t")).extracting(FileInfo::name).containsExactly("a", "l", "p", "x");
    assertThat(files().list("t", 3))
        .extracting(FileInfo::path)
        .containsExactly(
            root + "a", root + "a/b", root + "a/b/c", root + "l", root + "p", root + "x");
    assertThatIllegalArgumentException().isThrownBy(() -> files().list("t", 0));
    assertThatExceptionOfType(NotFoundException.class).isThrownBy(() -> files().list("none"));
    assertThatExceptionOfType(InvalidRequestException.class).isThrownBy(() -> files().list("t/x"));
  }

  @Fact
  default void aNameThatIsNotUtf8SpoilsNoOtherEntry() {
    sandbox()
        .shell(
            "mkdir -p t/bad/deep t/good; touch t/good/x t/bad/y; touch \"t/bad/$(printf 'caf\\351')\"");
    String root = sandbox().workingDirectory() + "/t";
    assertThatExceptionOfType(IncompleteListingException.class)
        .isThrownBy(() -> files().list("t", 5))
        .withMessageContaining(root + "/bad")
        .satisfies(
            e -> {
              assertThat(e.directories()).containsExactly(root + "/bad");
              assertThat(e.entries())
                  .extracting(FileInfo::path)
                  .containsExactlyInAnyOrder(
                      root + "/bad",
                      root + "/bad/deep",
                      root + "/bad/y",
                      root + "/good",
                      root + "/good/x");
            });
  }

  @Fact
  default void aFileIsNotWrittenUnderTheNameOfADirectory() {
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> files().write("none/", Content.of("text")))
        .withMessageContaining("directory");
    assertThat(files().exists("none")).isFalse();
  }

  @Fact
  default void movesReplaceFilesAndNeverDirectories() {
    sandbox().shell("echo a > a; echo b > b; mkdir d e; touch d/x");
    assertThat(files().move("a", "new/parents/a").path()).endsWith("/new/parents/a");
    files().move("new/parents/a", "b");
    assertThat(files().readText("b")).isEqualTo("a\n");
    for (String source : List.of("b", "d")) {
      assertThatExceptionOfType(InvalidRequestException.class)
          .isThrownBy(() -> files().move(source, "e"))
          .withMessageContaining("never replaced");
    }
    assertThatExceptionOfType(NotFoundException.class).isThrownBy(() -> files().move("no", "x"));
  }

  @Fact
  default void deletingSaysWhetherThereWasSomething() {
    sandbox().shell("mkdir -p d/e; touch d/e/f target; ln -s target link");
    assertThat(files().delete("d")).isTrue();
    assertThat(files().delete("d")).isFalse();
    assertThat(files().delete("link")).isTrue();
    assertThat(files().exists("target")).isTrue();
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> files().delete("target/below"))
        .withMessageContaining("is a file");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "//", "/.", "/..", "/./", "/../.."})
  default void nobodyDeletesEverything(String path) {
    assertThatIllegalArgumentException().isThrownBy(() -> files().delete(path));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "line\nbreak",
        "a\"quote'",
        "100%41",
        "-rf",
        "~",
        "~root",
        "a b",
        "a//b/./c/../d",
        "$HOME",
        "c\u00e9\ud83d\ude00",
        "back\\slash",
        "*",
        "+",
        "a#b?c=d&e",
        "\u202etxt.exe",
        "\ttab"
      })
  default void oddPathsAreThemselves(String path) throws IOException {
    sandbox().shell("mkdir -p a/b/c");
    files().write(path, Content.of(path));
    assertThat(files().readText(path)).isEqualTo(path);
    assertThat(files().exists(path)).isTrue();
    assertThat(files().stat(path).size()).isEqualTo(path.getBytes(UTF_8).length);
    files().write(path, Content.of("2"), WriteOptions.inPlace().atomic());
    assertThat(files().readText(path)).isEqualTo("2");
    assertThat(sandbox().exec("cat", "./" + path).stdout().text()).isEqualTo("2");
    files().move(path, "moved");
    assertThat(files().delete("moved")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a\0b", "half \ud83d character"})
  default void aMalformedPathIsRefused(String path) {
    assertThatIllegalArgumentException().isThrownBy(() -> files().stat(path));
    assertThatIllegalArgumentException().isThrownBy(() -> files().list(path));
    assertThatIllegalArgumentException().isThrownBy(() -> files().makeDirectory(path));
    assertThatIllegalArgumentException().isThrownBy(() -> files().move(path, "x"));
    assertThatIllegalArgumentException().isThrownBy(() -> files().move("x", path));
    assertThatIllegalArgumentException().isThrownBy(() -> files().delete(path));
    assertThatIllegalArgumentException().isThrownBy(() -> files().read(path));
    assertThatIllegalArgumentException().isThrownBy(() -> files().write(path, Content.of("")));
  }

  @Fact
  default void aNameThatIsTooLongIsTheRequestsFault() {
    String name = "n".repeat(300);
    assertRefused(() -> files().stat(name), "longer than 255");
    assertRefused(() -> files().exists(name), "longer than 255");
    assertRefused(() -> files().makeDirectory(name), "longer than 255");
    assertRefused(() -> files().write(name, Content.of("")), "longer than 255");
    assertRefused(
        () -> files().write(name, Content.of(""), WriteOptions.inPlace().atomic()), "longer than");
    assertRefused(() -> files().read(name), "longer than 255");
  }

  @Fact
  default void aFileIsNotADirectoryNorADirectoryAFile() {
    sandbox().shell("touch f; mkdir d");
    assertRefused(() -> files().stat("f/x"), "is a file");
    assertRefused(() -> files().exists("f/x"), "is a file");
    assertRefused(() -> files().read("f/x"), "is a file");
    assertRefused(() -> files().write("f/x", Content.of("")), "is a file");
    assertRefused(() -> files().makeDirectory("f"), "");
    assertRefused(() -> files().makeDirectory("f/x"), "is a file");
    assertRefused(() -> files().read("d"), "is a directory");
    assertRefused(() -> files().write("d", Content.of("")), "");
    assertRefused(() -> files().write("d", Content.of(""), WriteOptions.inPlace().atomic()), "");
  }

  static void assertRefused(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String says) {
    assertThatThrownBy(call).isInstanceOf(InvalidRequestException.class).hasMessageContaining(says);
  }

  @Fact
  default void partsOfAFileAreRead() throws IOException {
    files().write("f", Content.of("hello world\n"));
    assertThat(read(ReadOptions.whole().offset(6))).isEqualTo("world\n");
    assertThat(read(ReadOptions.whole().length(5))).isEqualTo("hello");
    assertThat(read(ReadOptions.whole().offset(4).length(3))).isEqualTo("o w");
    assertThat(read(ReadOptions.whole().offset(6).length(Long.MAX_VALUE))).isEqualTo("world\n");
    assertThat(read(ReadOptions.whole().offset(12))).isEmpty();
    assertRefused(() -> read(ReadOptions.whole().offset(13)), "has 12 bytes");
    files().write("f", Content.of(""));
    assertThat(read(ReadOptions.whole())).isEmpty();
    assertRefused(() -> read(ReadOptions.whole().offset(1)), "has 0 bytes");
    assertThatIllegalArgumentException().isThrownBy(() -> ReadOptions.whole().offset(-1));
    assertThatIllegalArgumentException().isThrownBy(() -> ReadOptions.whole().length(0));
  }

  private String read(ReadOptions options) throws IOException {
    try (InputStream stream = files().read("f", options)) {
      return new String(stream.readAllBytes(), UTF_8);
    }
  }

  @Fact
  default void textsAndBytesAreBounded() {
    files().write("f", Content.of("\ufeffgr\u00fc\u00df"));
    assertThat(files().readText("f")).isEqualTo("\ufeffgr\u00fc\u00df");
    assertThat(files().readBytes("f", 9)).hasSize(9);
    assertRefused(() -> files().readBytes("f", 8), "8 bytes");
    files().write("f", Content.of(new byte[] {'a', (byte) 0xe9}));
    assertRefused(() -> files().readText("f"), "not UTF-8");
    sandbox().shell("truncate -s 16777217 f");
    assertRefused(() -> files().readBytes("f"), "16777216 bytes");
  }

  @Fact
  default void anAtomicWriteKeepsTheModeAndFollowsLinks() {
    sandbox().shell("echo old > f; chmod 640 f; ln -s f link; ln f other");
    files().write("link", Content.of("new"), WriteOptions.inPlace().atomic());
    assertThat(sandbox().shell("stat -c %a f; cat f link other; ls -A").stdout().text())
        .isEqualTo("640\nnewnewold\nf\nlink\nother\n");
    assertThat(files().stat("link").type()).isEqualTo(FileType.LINK);
  }

  @Fact
  default void anAtomicWriteMakesWhatIsNotThere() {
    files().write("new/f", Content.of("x"), WriteOptions.inPlace().atomic());
    assertThat(files().list("new")).extracting(FileInfo::name).containsExactly("f");
    assertThat(files().stat("new/f").mode()).isEqualTo(0644);
  }

  @Fact
  default void anythingButAFileIsNotReplaced() {
    sandbox().shell("mkfifo pipe; ln -s nowhere broken");
    WriteOptions atomic = WriteOptions.inPlace().atomic();
    assertRefused(() -> files().write("pipe", Content.of("x"), atomic), "not a regular file");
    assertRefused(() -> files().write("broken", Content.of("x"), atomic), "link");
    assertRefused(() -> files().write("/proc/self/comm", Content.of("x"), atomic), "replaced");
    assertRefused(() -> files().write("d/", Content.of("x"), atomic), "directory");
    assertThat(files().list(".")).extracting(FileInfo::name).containsExactly("broken", "pipe");
  }

  @Fact
  default void anythingButARegularFileExistsAndIsNotRead() throws IOException {
    sandbox()
        .shell(
            "mkfifo pipe; mknod zero c 1 5; mknod tty c 5 0; ln -s loop loop; python3 -c "
                + "'import socket; socket.socket(socket.AF_UNIX).bind(\"socket\")'");
    List<FileInfo> odd = files().list("."); // only a privileged user can create devices
    assertThat(odd).extracting(FileInfo::name).contains("loop", "pipe", "socket");
    for (FileInfo each : odd) {
      assertThat(files().exists(each.path())).as(each.path()).isTrue();
      if (!each.name().equals("pipe")) { // it may wait for a writer
        assertThatThrownBy(() -> files().readBytes(each.path()))
            .as(each.path())
            .isInstanceOfAny(InvalidRequestException.class, PlatformException.class);
      }
    }
  }

  @Fact
  default void anAtomicWriteWhoseSourceFailsLeavesTheFileAsItWas() {
    sandbox().shell("echo old > f");
    assertThatThrownBy(
            () ->
                files()
                    .write(
                        "f",
                        Content.of(BrokenSource.after(300_000)),
                        WriteOptions.inPlace().atomic()))
        .isInstanceOf(CancelledException.class)
        .hasMessageContaining("the file is unchanged");
    assertThat(files().readText("f")).isEqualTo("old\n");
    assertThat(files().list(".")).extracting(FileInfo::name).containsExactly("f");
  }

  @Fact
  default void aListenerHearsOfEachTransferAndMayStopIt() throws IOException {
    List<TransferProgress> heard = new ArrayList<>();
    byte[] bytes = new byte[500_000];
    files().write("f", Content.of(bytes), WriteOptions.inPlace().listener(heard::add));
    assertProgress(heard, bytes.length);
    heard.clear();
    files().download("f", directory().resolve("f"), heard::add);
    assertProgress(heard, bytes.length);
    heard.clear();
    files()
        .upload(
            directory().resolve("f"), "g", WriteOptions.inPlace().atomic().listener(heard::add));
    assertProgress(heard, bytes.length);
    IllegalStateException enough = new IllegalStateException("enough");
    WriteOptions stopping =
        WriteOptions.inPlace()
            .atomic()
            .listener(
                progress -> {
                  throw enough;
                });
    assertThatThrownBy(() -> files().write("g", Content.of(bytes), stopping)).isSameAs(enough);
    assertThat(files().stat("g").size()).isEqualTo(bytes.length);
    assertThat(files().list(".")).extracting(FileInfo::name).containsExactly("f", "g");
    Path target = directory().resolve("never");
    assertThatThrownBy(
            () ->
                files()
                    .download(
                        "f",
                        target,
                        progress -> {
                          throw enough;
                        }))
        .isSameAs(enough);
    assertThat(Files.exists(target)).isFalse();
  }

  static void assertProgress(List<TransferProgress> heard, long total) {
    assertThat(heard.size()).isGreaterThan(3);
    assertThat(heard)
        .allSatisfy(progress -> assertThat(progress.totalBytes()).hasValue(total))
        .isSortedAccordingTo(java.util.Comparator.comparingLong(TransferProgress::bytes));
    TransferProgress last = heard.get(heard.size() - 1);
    assertThat(last.bytes()).isEqualTo(total);
    assertThat(last.entries()).isOne();
  }
}
