package dev.sandpiper.testkit.promises;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Content;
import dev.sandpiper.FileInfo;
import dev.sandpiper.FileType;
import dev.sandpiper.Filesystem;
import dev.sandpiper.IncompleteListingException;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.ReadOptions;
import dev.sandpiper.TransferProgress;
import dev.sandpiper.WriteOptions;
import dev.sandpiper.e2b.E2bClient;
import dev.sandpiper.e2b.E2bCodec;
import dev.sandpiper.e2b.E2bFileUrl;
import dev.sandpiper.e2b.E2bFilesystem;
import dev.sandpiper.e2b.E2bPartsOptions;
import dev.sandpiper.e2b.E2bSandbox;
import dev.sandpiper.e2b.E2bUrlOptions;
import dev.sandpiper.e2b.E2bWriteOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The verbs of a filesystem against real files, with what they refuse. */
class FilesystemTest extends LocalE2bTest {
  private E2bFilesystem files;
  @TempDir Path directory;

  @BeforeEach
  void openFiles() {
    files = sandbox.files();
  }

  @Test
  void anEntryIsDescribedAsItIs() {
    sandbox.shell(
        "printf hello > f; chmod 4751 f; mkdir d; ln -s f to-f; ln -s no broken; mkfifo p");
    FileInfo file = files.stat("f");
    assertThat(file.path()).isEqualTo(sandbox.workingDirectory() + "/f");
    assertThat(file.name()).isEqualTo("f");
    assertThat(file.type()).isEqualTo(FileType.FILE);
    assertThat(file.size()).isEqualTo(5);
    assertThat(file.mode()).isEqualTo(04751);
    assertThat(file.owner()).isNotEmpty();
    assertThat(file.linkTarget()).isEmpty();
    assertThat(files.stat("d").type()).isEqualTo(FileType.DIRECTORY);
    assertThat(files.stat("p").type()).isEqualTo(FileType.OTHER);
    FileInfo link = files.stat("to-f");
    assertThat(link.type()).isEqualTo(FileType.LINK);
    assertThat(link.linkTarget()).get().asString().endsWith("/f");
    assertThat(files.stat("broken").type()).isEqualTo(FileType.LINK);
    assertThat(files.stat("broken").linkTarget()).isEmpty();
    assertThat(files.exists("broken")).isTrue();
  }

  @Test
  void bothCodecsTellTheSame() {
    try (E2bClient other =
        E2bClient.builder().environment(local.e2bEnvironment()).codec(E2bCodec.JSON).build()) {
      E2bSandbox json = other.connect(sandbox.id());
      sandbox.shell("mkdir -p a/b; touch a/f; ln -s f a/l; chmod 600 a/f");
      assertThat(json.files().list("a", 2)).isEqualTo(files.list("a", 2)).hasSize(3);
      assertThat(json.files().makeDirectory("a/b")).isFalse();
      assertThat(json.files().makeDirectory("a/c/d")).isTrue();
      assertThat(json.files().move("a/f", "a/g").name()).isEqualTo("g");
      assertThat(json.files().delete("a")).isTrue();
      assertThat(json.files().delete("a")).isFalse();
      assertThatExceptionOfType(NotFoundException.class).isThrownBy(() -> json.files().stat("a"));
    }
  }

  @Test
  void aListingGoesAsDeepAsItIsAsked() {
    sandbox.shell("mkdir -p t/a/b; touch t/a/b/c t/x; ln -s nowhere t/l; mkfifo t/p");
    String root = sandbox.workingDirectory() + "/t/";
    assertThat(files.list("t")).extracting(FileInfo::name).containsExactly("a", "l", "p", "x");
    assertThat(files.list("t", 3))
        .extracting(FileInfo::path)
        .containsExactly(
            root + "a", root + "a/b", root + "a/b/c", root + "l", root + "p", root + "x");
    assertThatIllegalArgumentException().isThrownBy(() -> files.list("t", 0));
    assertThatExceptionOfType(NotFoundException.class).isThrownBy(() -> files.list("none"));
    assertThatExceptionOfType(InvalidRequestException.class).isThrownBy(() -> files.list("t/x"));
  }

  @Test
  void aNameThatIsNotUtf8SpoilsNoOtherEntry() {
    sandbox.shell(
        "mkdir -p t/bad/deep t/good; touch t/good/x t/bad/y; touch \"t/bad/$(printf 'caf\\351')\"");
    String root = sandbox.workingDirectory() + "/t";
    assertThatExceptionOfType(IncompleteListingException.class)
        .isThrownBy(() -> files.list("t", 5))
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

  @Test
  void movesReplaceFilesAndNeverDirectories() {
    sandbox.shell("echo a > a; echo b > b; mkdir d e; touch d/x");
    assertThat(files.move("a", "new/parents/a").path()).endsWith("/new/parents/a");
    files.move("new/parents/a", "b");
    assertThat(files.readText("b")).isEqualTo("a\n");
    for (String source : List.of("b", "d")) {
      assertThatExceptionOfType(InvalidRequestException.class)
          .isThrownBy(() -> files.move(source, "e"))
          .withMessageContaining("never replaced");
    }
    assertThatExceptionOfType(NotFoundException.class).isThrownBy(() -> files.move("no", "x"));
  }

  @Test
  void deletingSaysWhetherThereWasSomething() {
    sandbox.shell("mkdir -p d/e; touch d/e/f target; ln -s target link");
    assertThat(files.delete("d")).isTrue();
    assertThat(files.delete("d")).isFalse();
    assertThat(files.delete("link")).isTrue();
    assertThat(files.exists("target")).isTrue();
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> files.delete("target/below"))
        .withMessageContaining("is a file");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "//", "/.", "/..", "/./", "/../.."})
  void nobodyDeletesEverything(String path) {
    assertThatIllegalArgumentException().isThrownBy(() -> files.delete(path));
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
  void oddPathsAreThemselves(String path) throws IOException {
    sandbox.shell("mkdir -p a/b/c");
    files.write(path, Content.of(path));
    assertThat(files.readText(path)).isEqualTo(path);
    assertThat(files.exists(path)).isTrue();
    assertThat(files.stat(path).size()).isEqualTo(path.getBytes(UTF_8).length);
    files.write(path, Content.of("2"), WriteOptions.inPlace().atomic());
    assertThat(files.readText(path)).isEqualTo("2");
    assertThat(sandbox.exec("cat", "./" + path).stdout().text()).isEqualTo("2");
    files.move(path, "moved");
    assertThat(files.delete("moved")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a\0b", "half \ud83d character"})
  void whatIsNoPathIsRefused(String path) {
    assertThatIllegalArgumentException().isThrownBy(() -> files.stat(path));
    assertThatIllegalArgumentException().isThrownBy(() -> files.list(path));
    assertThatIllegalArgumentException().isThrownBy(() -> files.makeDirectory(path));
    assertThatIllegalArgumentException().isThrownBy(() -> files.move(path, "x"));
    assertThatIllegalArgumentException().isThrownBy(() -> files.move("x", path));
    assertThatIllegalArgumentException().isThrownBy(() -> files.delete(path));
    assertThatIllegalArgumentException().isThrownBy(() -> files.read(path));
    assertThatIllegalArgumentException().isThrownBy(() -> files.write(path, Content.of("")));
  }

  @Test
  void aNameThatIsTooLongIsTheRequestsFault() {
    String name = "n".repeat(300);
    assertRefused(() -> files.stat(name), "longer than 255");
    assertRefused(() -> files.exists(name), "longer than 255");
    assertRefused(() -> files.makeDirectory(name), "longer than 255");
    assertRefused(() -> files.write(name, Content.of("")), "longer than 255");
    assertRefused(
        () -> files.write(name, Content.of(""), WriteOptions.inPlace().atomic()), "longer than");
    assertRefused(() -> files.read(name), "longer than 255");
  }

  @Test
  void aFileIsNoDirectoryAndADirectoryNoFile() {
    sandbox.shell("touch f; mkdir d");
    assertRefused(() -> files.stat("f/x"), "is a file");
    assertRefused(() -> files.exists("f/x"), "is a file");
    assertRefused(() -> files.read("f/x"), "is a file");
    assertRefused(() -> files.write("f/x", Content.of("")), "is a file");
    assertRefused(() -> files.makeDirectory("f"), "");
    assertRefused(() -> files.makeDirectory("f/x"), "is a file");
    assertRefused(() -> files.read("d"), "is a directory");
    assertRefused(() -> files.write("d", Content.of("")), "");
    assertRefused(() -> files.write("d", Content.of(""), WriteOptions.inPlace().atomic()), "");
  }

  private static void assertRefused(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String says) {
    assertThatThrownBy(call).isInstanceOf(InvalidRequestException.class).hasMessageContaining(says);
  }

  @Test
  void partsOfAFileAreRead() throws IOException {
    files.write("f", Content.of("hello world\n"));
    assertThat(read(ReadOptions.whole().from(6))).isEqualTo("world\n");
    assertThat(read(ReadOptions.whole().length(5))).isEqualTo("hello");
    assertThat(read(ReadOptions.whole().from(4).length(3))).isEqualTo("o w");
    assertThat(read(ReadOptions.whole().from(6).length(Long.MAX_VALUE))).isEqualTo("world\n");
    assertThat(read(ReadOptions.whole().from(12))).isEmpty();
    assertRefused(() -> read(ReadOptions.whole().from(13)), "has 12 bytes");
    files.write("f", Content.of(""));
    assertThat(read(ReadOptions.whole())).isEmpty();
    assertRefused(() -> read(ReadOptions.whole().from(1)), "has 0 bytes");
    assertThatIllegalArgumentException().isThrownBy(() -> ReadOptions.whole().from(-1));
    assertThatIllegalArgumentException().isThrownBy(() -> ReadOptions.whole().length(0));
  }

  private String read(ReadOptions options) throws IOException {
    try (InputStream stream = files.read("f", options)) {
      return new String(stream.readAllBytes(), UTF_8);
    }
  }

  @Test
  void textsAndBytesAreBounded() {
    files.write("f", Content.of("\ufeffgr\u00fc\u00df"));
    assertThat(files.readText("f")).isEqualTo("\ufeffgr\u00fc\u00df");
    assertThat(files.readBytes("f", 9)).hasSize(9);
    assertRefused(() -> files.readBytes("f", 8), "more than the 8 bytes");
    files.write("f", Content.of(new byte[] {'a', (byte) 0xe9}));
    assertRefused(() -> files.readText("f"), "not UTF-8");
    sandbox.shell("truncate -s 16777217 f");
    assertRefused(() -> files.readBytes("f"), "more than the 16777216 bytes");
    assertThat(Filesystem.STANDARD_BOUND).isEqualTo(16_777_216);
  }

  @Test
  void anAtomicWriteKeepsTheModeAndFollowsLinks() {
    sandbox.shell("echo old > f; chmod 640 f; ln -s f link; ln f other");
    files.write("link", Content.of("new"), WriteOptions.inPlace().atomic());
    assertThat(sandbox.shell("stat -c %a f; cat f link other; ls -A").stdout().text())
        .isEqualTo("640\nnewnewold\nf\nlink\nother\n");
    assertThat(files.stat("link").type()).isEqualTo(FileType.LINK);
  }

  @Test
  void anAtomicWriteMakesWhatIsNotThere() {
    files.write("new/f", Content.of("x"), WriteOptions.inPlace().atomic());
    assertThat(files.list("new")).extracting(FileInfo::name).containsExactly("f");
    assertThat(files.stat("new/f").mode()).isEqualTo(0644);
  }

  @Test
  void whatIsNoFileIsNotReplaced() {
    sandbox.shell("mkfifo pipe; ln -s nowhere broken");
    WriteOptions atomic = WriteOptions.inPlace().atomic();
    assertRefused(() -> files.write("pipe", Content.of("x"), atomic), "no regular file");
    assertRefused(() -> files.write("broken", Content.of("x"), atomic), "leads nowhere");
    assertRefused(
        () -> files.write("/proc/self/comm", Content.of("x"), atomic), "are not replaced");
    assertRefused(() -> files.write("d/", Content.of("x"), atomic), "name of a directory");
    assertThat(files.list(".")).extracting(FileInfo::name).containsExactly("broken", "pipe");
  }

  @Test
  void anAtomicWriteWhoseSourceFailsLeavesTheFileAsItWas() {
    sandbox.shell("echo old > f");
    assertThatThrownBy(
            () ->
                files.write(
                    "f", Content.of(BrokenSource.after(300_000)), WriteOptions.inPlace().atomic()))
        .isInstanceOf(CancelledException.class)
        .hasMessageContaining("the file is as it was");
    assertThat(files.readText("f")).isEqualTo("old\n");
    assertThat(files.list(".")).extracting(FileInfo::name).containsExactly("f");
  }

  @Test
  void aListenerHearsOfEachTransferAndMayStopIt() throws IOException {
    List<TransferProgress> heard = new ArrayList<>();
    byte[] bytes = new byte[500_000];
    files.write("f", Content.of(bytes), WriteOptions.inPlace().listener(heard::add));
    assertProgress(heard, bytes.length);
    heard.clear();
    files.download("f", directory.resolve("f"), heard::add);
    assertProgress(heard, bytes.length);
    heard.clear();
    files.upload(directory.resolve("f"), "g", WriteOptions.inPlace().atomic().listener(heard::add));
    assertProgress(heard, bytes.length);
    IllegalStateException enough = new IllegalStateException("enough");
    WriteOptions stopping =
        WriteOptions.inPlace()
            .atomic()
            .listener(
                progress -> {
                  throw enough;
                });
    assertThatThrownBy(() -> files.write("g", Content.of(bytes), stopping)).isSameAs(enough);
    assertThat(files.stat("g").size()).isEqualTo(bytes.length);
    assertThat(files.list(".")).extracting(FileInfo::name).containsExactly("f", "g");
    Path target = directory.resolve("never");
    assertThatThrownBy(
            () ->
                files.download(
                    "f",
                    target,
                    progress -> {
                      throw enough;
                    }))
        .isSameAs(enough);
    assertThat(Files.exists(target)).isFalse();
  }

  private static void assertProgress(List<TransferProgress> heard, long total) {
    assertThat(heard.size()).isGreaterThan(3);
    assertThat(heard)
        .allSatisfy(progress -> assertThat(progress.totalBytes()).hasValue(total))
        .isSortedAccordingTo(java.util.Comparator.comparingLong(TransferProgress::bytes));
    TransferProgress last = heard.get(heard.size() - 1);
    assertThat(last.bytes()).isEqualTo(total);
    assertThat(last.entries()).isOne();
  }

  @Test
  void metadataComesBackAndIsReplacedByTheNextWrite() {
    Map<String, String> metadata = Map.of("Author", "Ada", "note", "two words", "empty", "");
    E2bWriteOptions options = E2bWriteOptions.of(WriteOptions.inPlace()).metadata(metadata);
    files.write("f", Content.of("x"), options);
    Map<String, String> stored = new HashMap<>(files.stat("f").metadata());
    assertThat(stored).isIn(Map.of("author", "Ada", "note", "two words", "empty", ""), Map.of());
    assertThat(files.list(".").get(0).metadata()).isEqualTo(stored);
    assertThat(files.move("f", "g").metadata()).isEqualTo(stored);
    E2bWriteOptions atomic =
        E2bWriteOptions.of(WriteOptions.inPlace().atomic()).metadata(Map.of("a", "b"));
    files.write("g", Content.of("y"), atomic);
    assertThat(files.stat("g").metadata()).isIn(Map.of("a", "b"), Map.of());
    files.write("g", Content.of("z"));
    assertThat(files.stat("g").metadata()).isEmpty();
  }

  @Test
  void gzipOnTheWayChangesNothing() {
    byte[] bytes = "all work and no play\n".repeat(50_000).getBytes(UTF_8);
    files.write("f", Content.of(bytes), E2bWriteOptions.of(WriteOptions.inPlace()).gzip());
    assertThat(files.readBytes("f")).isEqualTo(bytes);
  }

  @Test
  void severalFilesGoInOneRequest() {
    Map<String, Content> several = new LinkedHashMap<>();
    several.put("new/a", Content.of("1"));
    several.put("quote\"back\\slash \u00fc", Content.of(new byte[100_000]));
    several.put("c", Content.of(new ByteArrayInputStream(new byte[0])));
    files.writeAll(several, E2bWriteOptions.of(WriteOptions.inPlace()).gzip());
    assertThat(files.readText("new/a")).isEqualTo("1");
    assertThat(files.readBytes("quote\"back\\slash \u00fc")).hasSize(100_000);
    assertThat(files.stat("c").size()).isZero();
    E2bWriteOptions plain = E2bWriteOptions.of(WriteOptions.inPlace());
    files.writeAll(Map.of(), plain);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> files.writeAll(Map.of("a\nb", Content.of("")), plain));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                files.writeAll(
                    Map.of("a", Content.of("")),
                    E2bWriteOptions.of(WriteOptions.inPlace().atomic())));
    Map<String, Content> halfBad = new LinkedHashMap<>();
    halfBad.put("good", Content.of("1"));
    halfBad.put("c/below", Content.of("2"));
    assertRefused(() -> files.writeAll(halfBad, plain), "some of the files may be written");
    assertThat(files.exists("good")).isTrue();
  }

  @Test
  void aFileGoesInPartsAndKeepsItsMode() throws IOException {
    byte[] bytes = new byte[(20 << 20) + 7];
    new Random(5).nextBytes(bytes);
    Path source = Files.write(directory.resolve("f"), bytes);
    sandbox.shell("echo old > f; chmod 600 f");
    List<TransferProgress> heard = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    files.uploadInParts(
        source,
        "f",
        E2bPartsOptions.parallel(4)
            .listener(
                progress -> {
                  heard.add(progress);
                  threads.add(Thread.currentThread());
                }));
    assertProgress(heard, bytes.length);
    assertThat(threads).containsOnly(Thread.currentThread());
    Path copy = directory.resolve("copy");
    files.download("f", copy);
    assertThat(Files.mismatch(source, copy)).isEqualTo(-1);
    assertThat(files.stat("f").mode()).isEqualTo(0600);
    sandbox.shell("mkdir d");
    assertRefused(
        () -> files.uploadInParts(source, "d", E2bPartsOptions.parallel(4)), "no regular file");
    assertRefused(
        () -> files.uploadInParts(source, "f/below", E2bPartsOptions.parallel(4)), "is a file");
    assertThat(files.list(".")).extracting(FileInfo::name).containsExactly("d", "f");
    assertThatIllegalArgumentException().isThrownBy(() -> E2bPartsOptions.parallel(17));
  }

  @Test
  void signedUrlsReadAndWriteOneFile() throws Exception {
    files.write("a b+c", Content.of("secret"));
    E2bFileUrl down = files.downloadUrl("a b+c", E2bUrlOptions.unlimited());
    assertThat(send("GET", down, "").body()).isEqualTo("secret");
    assertThat(send("POST", down, "x").statusCode()).isEqualTo(401);
    E2bFileUrl up = files.uploadUrl("a b+c", E2bUrlOptions.expiringIn(Duration.ofMinutes(1)));
    assertThat(send("POST", up, "written").statusCode()).isEqualTo(200);
    assertThat(files.readText("a b+c")).isEqualTo("written");
    assertThat(up.expires()).isPresent();
    E2bFileUrl user =
        files.downloadUrl("a b+c", E2bUrlOptions.expiringIn(Duration.ofMinutes(1)).user("root"));
    assertThat(send("GET", user, "").body()).isEqualTo("written");
    String forged = down.uri().toString().replace("a%20b", "other");
    E2bFileUrl other = new E2bFileUrl(URI.create(forged), down.headers(), down.expires());
    assertThat(send("GET", other, "").statusCode()).isEqualTo(401);
    assertThat(down.toString() + up).doesNotContain("signature").doesNotContain("a%20b");
  }

  @Test
  void anExpiredUrlIsOver() throws Exception {
    files.write("f", Content.of("secret"));
    E2bFileUrl url = files.downloadUrl("f", E2bUrlOptions.expiringIn(Duration.ZERO));
    await("the next second but one", () -> send("GET", url, "").statusCode() == 401);
  }

  private static HttpResponse<String> send(String method, E2bFileUrl url, String body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(url.uri())
            .header("Content-Type", "application/octet-stream")
            .method(
                method,
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    url.headers().forEach(request::header);
    try {
      return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
