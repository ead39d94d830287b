package dev.sandpiper.blaxel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.sandpiper.CancelledException;
import dev.sandpiper.Capability;
import dev.sandpiper.Content;
import dev.sandpiper.DirectoryOptions;
import dev.sandpiper.DirectorySummary;
import dev.sandpiper.FileInfo;
import dev.sandpiper.FileType;
import dev.sandpiper.Filesystem;
import dev.sandpiper.IncompleteListingException;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.UnsupportedCapabilityException;
import dev.sandpiper.WatchOptions;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.WriteOptions;
import dev.sandpiper.testing.Patience;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URLDecoder;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okio.Buffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What scripts do with files: each is run by this machine's shell, on real files. */
@EnabledOnOs(OS.LINUX)
class FileCommandsTest {
  private static final String START = "POST /sbx/process";

  @RegisterExtension final ScriptedBlaxel blaxel = new ScriptedBlaxel();
  @TempDir Path root;

  @BeforeEach
  void runForReal() {
    blaxel.shouldItBeAsked(START, FileCommandsTest::run);
  }

  /** Runs the command as the sandbox's server does, and answers with its stream. */
  private static MockResponse run(RecordedRequest request) throws Exception {
    String command = ScriptedBlaxel.json(request).path("command").asText();
    Path output = Files.createTempFile("output", "");
    Path errors = Files.createTempFile("errors", "");
    try {
      java.lang.Process shell =
          new ProcessBuilder("/bin/sh", "-c", command)
              .redirectInput(Path.of("/dev/null").toFile())
              .redirectOutput(output.toFile())
              .redirectError(errors.toFile())
              .start();
      assertThat(shell.waitFor(20, TimeUnit.SECONDS)).isTrue();
      // As the server does it, what is not UTF-8 is replaced.
      String stdout = new String(Files.readAllBytes(output), UTF_8);
      String stderr = new String(Files.readAllBytes(errors), UTF_8);
      return ScriptedBlaxel.stream(
          "application/x-ndjson",
          (stdout.isEmpty() ? "" : StreamedProcessTest.stdout(stdout))
              + (stderr.isEmpty()
                  ? ""
                  : "{\"type\":\"stderr\",\"data\":" + TextNode.valueOf(stderr) + "}\n")
              + StreamedProcessTest.result(shell.exitValue()));
    } finally {
      Files.delete(output);
      Files.delete(errors);
    }
  }

  private Filesystem files() {
    return blaxel.sandbox().files();
  }

  private String in(String name) {
    return root + "/" + name;
  }

  /** Takes a file as the server does. */
  private static MockResponse take(RecordedRequest request) throws IOException {
    String name = request.getTarget().substring("/sbx/filesystem/".length());
    Path path = Path.of(URLDecoder.decode(name, UTF_8));
    Files.write(path, FilesTest.uploaded(request).toByteArray());
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r--r--"));
    return ScriptedBlaxel.json(200, "{\"path\":\"x\",\"message\":\"ok\"}");
  }

  private static MockResponse give(RecordedRequest request) throws IOException {
    String name = request.getTarget().substring("/sbx/filesystem/".length());
    byte[] bytes = Files.readAllBytes(Path.of(URLDecoder.decode(name, UTF_8)));
    return new MockResponse.Builder()
        .addHeader("Content-Disposition", "attachment; filename=\"a\"")
        .body(new Buffer().write(bytes))
        .build();
  }

  private String route(String name) {
    return "/sbx/filesystem/" + in(name).replace("/", "%2F");
  }

  @Test
  void statTellsAllOfAFile() throws Exception {
    Path file = Files.writeString(root.resolve("it's\nodd é"), "abc");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-x---"));
    Instant time = Instant.parse("2026-11-20T17:34:05.247497992Z");
    Files.setLastModifiedTime(file, FileTime.from(time));
    FileInfo info = files().stat(in("it's\nodd é"));

    assertThat(info.path()).isEqualTo(file.toString());
    assertThat(info.name()).isEqualTo("it's\nodd é");
    assertThat(info.type()).isEqualTo(FileType.FILE);
    assertThat(info.size()).isEqualTo(3);
    assertThat(info.mode()).isEqualTo(0750);
    assertThat(info.owner()).isEqualTo(Files.getOwner(file).getName());
    assertThat(info.modified()).isEqualTo(time);
    assertThat(info.linkTarget()).isEmpty();
  }

  @Test
  void statDescribesALinkItself() throws Exception {
    Path end = Files.createFile(root.resolve("end"));
    Files.createSymbolicLink(root.resolve("middle"), Path.of("end"));
    Files.createSymbolicLink(root.resolve("link"), Path.of("middle"));
    Files.createSymbolicLink(root.resolve("nowhere"), Path.of("gone"));
    Files.createSymbolicLink(root.resolve("circle"), Path.of("circle"));
    Filesystem files = files();

    assertThat(files.stat(in("link")).type()).isEqualTo(FileType.LINK);
    assertThat(files.stat(in("link")).linkTarget()).contains(end.toRealPath().toString());
    assertThat(files.stat(in("link")).size()).isEqualTo("middle".length());
    assertThat(files.stat(in("nowhere")).linkTarget()).isEmpty();
    assertThat(files.stat(in("circle")).linkTarget()).isEmpty();
  }

  @Test
  void whatIsWrongWithAPathDecidesTheError() throws Exception {
    Files.createFile(root.resolve("file"));
    Filesystem files = files();
    assertThatThrownBy(() -> files.stat(in("none"))).isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> files.stat(in("file/x"))).isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> files.stat(in("n".repeat(300))))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> files.list(in("none"))).isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> files.list(in("file"))).isInstanceOf(InvalidRequestException.class);
    assertThatIllegalArgumentException().isThrownBy(() -> files.list(in("x"), 0));
  }

  @Test
  void aLinkThatLeadsNowhereExists() throws Exception {
    Files.createSymbolicLink(root.resolve("nowhere"), Path.of("gone"));
    String missing = "{\"error\":\"stat: no such file or directory\"}";
    blaxel.on("GET " + route("nowhere"), ScriptedBlaxel.json(404, missing));
    blaxel.on("GET " + route("none"), ScriptedBlaxel.json(404, missing));
    Filesystem files = files();
    assertThat(files.exists(in("nowhere"))).isTrue();
    assertThat(files.exists(in("none"))).isFalse();
  }

  @Test
  void listGoesAsDeepAsItIsAskedAndFollowsNoLink() throws Exception {
    Files.createDirectories(root.resolve("b/deep/deeper"));
    Files.writeString(root.resolve("b/deep/f"), "x");
    Files.createFile(root.resolve("b-file"));
    Files.createFile(root.resolve(".hidden\n"));
    Files.createSymbolicLink(root.resolve("a-link"), Path.of("b"));
    new ProcessBuilder("mkfifo", in("pipe")).inheritIO().start().waitFor();
    Filesystem files = files();

    assertThat(files.list(root.toString()))
        .extracting(FileInfo::name)
        .containsExactly(".hidden\n", "a-link", "b", "b-file", "pipe");
    assertThat(files.list(root + "/./", 3))
        .extracting(FileInfo::path)
        .containsExactly(
            in(".hidden\n"),
            in("a-link"),
            in("b"),
            in("b/deep"),
            in("b/deep/deeper"),
            in("b/deep/f"),
            in("b-file"),
            in("pipe"));
    assertThat(files.list(root.toString()))
        .extracting(FileInfo::type)
        .containsExactly(
            FileType.FILE, FileType.LINK, FileType.DIRECTORY, FileType.FILE, FileType.OTHER);
    assertThat(files.list(in("b/deep/deeper"))).isEmpty();
  }

  @Test
  void aLongListingIsWhole() throws Exception {
    for (int i = 0; i < 3000; i++) {
      Files.createFile(root.resolve("n".repeat(100) + i));
    }
    assertThat(files().list(root.toString())).hasSize(3000);
  }

  @Test
  void namesThatAreNoTextAreToldAndTheOthersListed() throws Exception {
    Files.createFile(root.resolve("good"));
    String script = "touch \"$1/$(printf 'bad\\377')\"";
    new ProcessBuilder("/bin/sh", "-c", script, "sh", root.toString()).start().waitFor();
    assertThatThrownBy(() -> files().list(root.toString()))
        .isInstanceOfSatisfying(
            IncompleteListingException.class,
            e -> {
              assertThat(e.entries()).extracting(FileInfo::name).containsExactly("good");
              assertThat(e.directories()).containsExactly(root.toString());
            });
    // The test's own cleaning may not manage such a name.
    new ProcessBuilder("/bin/sh", "-c", "rm -f \"$1\"/bad*", "sh", root.toString())
        .start()
        .waitFor();
  }

  @Test
  void anAnswerThatIsNoListingIsNone() {
    for (String stdout : List.of("zz", "31 0", "31 00 2f", "65 6e 64 20 30 00 00", "")) {
      blaxel.on(
          START,
          ScriptedBlaxel.stream(
              "application/x-ndjson",
              StreamedProcessTest.stdout(stdout) + StreamedProcessTest.result(0)));
      assertThatThrownBy(() -> files().list("/x")).isInstanceOf(WireFormatException.class);
    }
  }

  @Test
  void makeDirectoryTellsWhetherItWasThere() throws Exception {
    Files.createFile(root.resolve("file"));
    Filesystem files = files();
    assertThat(files.makeDirectory(in("a/b c/"))).isTrue();
    assertThat(files.makeDirectory(in("a/b c"))).isFalse();
    assertThat(root.resolve("a/b c")).isDirectory();
    assertThatThrownBy(() -> files.makeDirectory(in("file")))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> files.makeDirectory(in("file/x")))
        .isInstanceOf(InvalidRequestException.class);
  }

  @Test
  void moveReplacesFilesAndNeverDirectories() throws Exception {
    Files.writeString(root.resolve("-a"), "a");
    Files.writeString(root.resolve("b"), "b");
    Files.createDirectory(root.resolve("directory"));
    Files.createSymbolicLink(root.resolve("link"), Path.of("directory"));
    Filesystem files = files();

    assertThat(files.move(in("-a"), in("b")).path()).isEqualTo(in("b"));
    assertThat(root.resolve("b")).hasContent("a");
    assertThat(files.move(in("b"), in("link")).type()).isEqualTo(FileType.FILE);
    assertThat(root.resolve("directory")).isEmptyDirectory();
    assertThat(files.move(in("link"), in("new/parent/c")).size()).isEqualTo(1);
    assertThatThrownBy(() -> files.move(in("new"), in("directory")))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("never replaced");
    assertThatThrownBy(() -> files.move(in("directory"), in("new/parent/c")))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> files.move(in("new"), in("new/parent/inside")))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> files.move(in("none"), in("x"))).isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> files.move(in("new/parent/c"), "/proc/x"))
        .isInstanceOfAny(InvalidRequestException.class, PlatformException.class);
    assertThat(root.resolve("new/parent/c")).hasContent("a");
  }

  @Test
  void deleteTakesLinksAloneAndDirectoriesWhole() throws Exception {
    Files.createDirectories(root.resolve("full/deep"));
    Files.createFile(root.resolve("full/deep/file"));
    Files.createDirectory(root.resolve("kept"));
    Files.createSymbolicLink(root.resolve("link"), Path.of("kept"));
    Files.createSymbolicLink(root.resolve("nowhere"), Path.of("gone"));
    Filesystem files = files();

    assertThat(files.delete(in("full"))).isTrue();
    assertThat(files.delete(in("full"))).isFalse();
    assertThat(files.delete(in("link"))).isTrue();
    assertThat(files.delete(in("nowhere"))).isTrue();
    assertThat(root.resolve("kept")).isDirectory();
    assertThat(Files.exists(root.resolve("nowhere"), LinkOption.NOFOLLOW_LINKS)).isFalse();
    assertThatIllegalArgumentException().isThrownBy(() -> files.delete("/"));
    assertThatIllegalArgumentException().isThrownBy(() -> files.delete("//./.."));
  }

  @Test
  void anAtomicWriteKeepsModeAndLink() throws Exception {
    Path file = Files.writeString(root.resolve("file"), "old");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx--x--x"));
    Files.createSymbolicLink(root.resolve("link"), Path.of("file"));
    blaxel.always("PUT " + route(".*"), FileCommandsTest::take);
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
    blaxel.always("DELETE " + route(".*"), FileCommandsTest::delete);
    blaxel.always(
        "PUT " + route(".*"),
        request -> {
          take(request);
          return ScriptedBlaxel.json(500, "{\"error\":\"no space left on device\"}");
        });
    assertThatThrownBy(
            () -> files().write(in("file"), Content.of("new"), WriteOptions.inPlace().atomic()))
        .isInstanceOf(PlatformException.class)
        .hasMessageContaining("the file is as it was");
    assertThat(file).hasContent("old");
    assertThat(root.toFile().list()).containsExactly("file");
  }

  @Test
  void aRefusalNamesTheFileThatIsWrittenAndNotOurHiddenOne() throws Exception {
    Path file = Files.writeString(root.resolve("file"), "old");
    blaxel.always("DELETE " + route(".*"), FileCommandsTest::delete);
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
    blaxel.always("PUT " + route(".*"), FileCommandsTest::take);
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
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("as it was"));
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
        .hasMessageContaining("the file is as it was");
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
        .hasMessageContaining("whether the file was replaced cannot be known")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("as it was"));
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

  private void throughTmp() {
    blaxel.shouldItBeAsked("PUT /sbx/filesystem/%2Ftmp%2F.*.tar", FileCommandsTest::take);
    blaxel.always("GET /sbx/filesystem/%2Ftmp%2F.*.tar", FileCommandsTest::give);
    blaxel.always("DELETE /sbx/filesystem/%2Ftmp%2F.*.tar", FileCommandsTest::delete);
    for (String directory : List.of("new%2Fplace", "file", "up")) {
      blaxel.shouldItBeAsked("PUT " + route(directory), FileCommandsTest::makeDirectory);
    }
  }

  private static Path path(RecordedRequest request) {
    String segment = request.getTarget().substring("/sbx/filesystem/".length());
    return Path.of(URLDecoder.decode(segment, UTF_8));
  }

  private static MockResponse delete(RecordedRequest request) throws IOException {
    boolean deleted = Files.deleteIfExists(path(request));
    return ScriptedBlaxel.json(deleted ? 200 : 404, "{\"error\":\"file or directory not found\"}");
  }

  private static MockResponse makeDirectory(RecordedRequest request) throws Exception {
    assertThat(ScriptedBlaxel.json(request).path("isDirectory").asBoolean()).isTrue();
    if (Files.isRegularFile(path(request))) {
      return ScriptedBlaxel.json(422, "{\"error\":\"mkdir: not a directory\"}");
    }
    Files.createDirectories(path(request));
    return ScriptedBlaxel.json(200, "{\"message\":\"Directory created successfully\"}");
  }

  private static List<String> archivesInTmp() {
    // Older ones are of a run that was killed.
    long start = ProcessHandle.current().info().startInstant().orElseThrow().toEpochMilli();
    String[] names =
        Path.of("/tmp")
            .toFile()
            .list(
                (tmp, name) ->
                    name.matches("\\.sp-.*\\.tar") && new File(tmp, name).lastModified() >= start);
    return List.of(names == null ? new String[0] : names);
  }

  private Path tree() throws IOException {
    Path tree = root.resolve("source");
    Files.createDirectories(tree.resolve("sub/empty"));
    Path run = Files.writeString(tree.resolve("sub/run"), "#!/bin/sh\n");
    Files.setPosixFilePermissions(run, PosixFilePermissions.fromString("rwxr-x---"));
    Files.createSymbolicLink(tree.resolve("link"), Path.of("sub/run"));
    return tree;
  }

  private static void assertIsTree(Path copy) throws IOException {
    assertThat(copy.resolve("sub/empty")).isEmptyDirectory();
    assertThat(copy.resolve("sub/run")).hasContent("#!/bin/sh\n");
    assertThat(Files.readSymbolicLink(copy.resolve("link"))).isEqualTo(Path.of("sub/run"));
    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(copy.resolve("sub/run"))))
        .isEqualTo("rwxr-x---");
  }

  @Test
  void directoriesGoBothWaysAndLeaveNoArchive() throws Exception {
    throughTmp();
    Path source = tree();
    Filesystem files = files();
    DirectorySummary up =
        files.uploadDirectory(source, in("new/place"), DirectoryOptions.standard());
    assertThat(up.entries()).isEqualTo(4);
    assertIsTree(root.resolve("new/place"));
    DirectorySummary down =
        files.downloadDirectory(in("new/place"), root.resolve("copy"), DirectoryOptions.standard());
    assertThat(down.entries()).isEqualTo(4);
    assertIsTree(root.resolve("copy"));
    assertThat(archivesInTmp()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(FileOnServer.Fault.class)
  void aDirectoryComesDownRightWhateverGetsIntoTheAnswers(FileOnServer.Fault fault)
      throws Exception {
    byte[] bytes = new byte[9 << 20];
    new Random(9).nextBytes(bytes);
    Path source = Files.createDirectory(root.resolve("source"));
    Files.write(source.resolve("f"), bytes);
    List<FileOnServer> archive = new CopyOnWriteArrayList<>();
    blaxel.always("DELETE /sbx/filesystem/%2Ftmp%2F.*.tar", FileCommandsTest::delete);
    blaxel.always(
        "GET /sbx/filesystem/%2Ftmp%2F.*.tar",
        request -> {
          if (archive.isEmpty()) {
            archive.add(FileOnServer.of(path(request)).inject(0, fault, fault));
          }
          return archive.get(0).answer(request);
        });
    Path copy = root.resolve("copy");
    files().downloadDirectory(source.toString(), copy, DirectoryOptions.standard());
    assertThat(copy.resolve("f")).hasBinaryContent(bytes);
    assertThat(archive.get(0).injected()).isEqualTo(2);
    assertThat(archive.get(0).asked()).hasSizeGreaterThan(3);
    assertThat(archivesInTmp()).isEmpty();
  }

  @Test
  void directoriesThatCannotBeCopiedAreToldAndLeaveNoArchive() throws Exception {
    throughTmp();
    Files.createFile(root.resolve("file"));
    Path source = tree();
    Filesystem files = files();
    DirectoryOptions standard = DirectoryOptions.standard();
    Path copy = root.resolve("copy");
    assertThatThrownBy(() -> files.downloadDirectory(in("none"), copy, standard))
        .isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> files.downloadDirectory(in("file"), copy, standard))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> files.uploadDirectory(source, in("file"), standard))
        .isInstanceOf(InvalidRequestException.class);
    IllegalStateException thrown = new IllegalStateException("enough");
    DirectoryOptions stopping =
        standard.listener(
            progress -> {
              throw thrown;
            });
    assertThatThrownBy(() -> files.uploadDirectory(source, in("up"), stopping)).isSameAs(thrown);
    assertThatThrownBy(() -> files.downloadDirectory(source.toString(), copy, stopping))
        .isSameAs(thrown);
    assertThat(copy).doesNotExist();
    assertThat(archivesInTmp()).isEmpty();
  }

  @Test
  void watchingIsNoCapability() {
    BlaxelSandbox sandbox = blaxel.sandbox();
    assertThat(sandbox.capabilities()).doesNotContain(Capability.WATCH);
    assertThatThrownBy(() -> sandbox.files().watch("/tmp", WatchOptions.standard()))
        .isInstanceOfSatisfying(
            UnsupportedCapabilityException.class,
            e -> assertThat(e.capability()).isEqualTo(Capability.WATCH));
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

  @Test
  void aPathThatIsAFileIsDistinguishedFromOneThatLeadsThroughAFile() throws Exception {
    Files.writeString(root.resolve("file"), "x");
    blaxel.always("DELETE /sbx/filesystem/%2Ftmp%2F.*.tar", FileCommandsTest::delete);
    Filesystem files = files();
    assertThatThrownBy(() -> files.list(in("file")))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageEndingWith("it is not a directory");
    assertThatThrownBy(() -> files.list(in("file/below")))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("a part of the path is a file");
    assertThatThrownBy(
            () ->
                files.downloadDirectory(
                    in("file"), root.resolve("copy"), DirectoryOptions.standard()))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageEndingWith("it is not a directory");
  }
}
