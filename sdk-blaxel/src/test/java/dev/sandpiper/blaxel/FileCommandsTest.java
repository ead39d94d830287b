package dev.sandpiper.blaxel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.Capability;
import dev.sandpiper.DirectoryOptions;
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
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Entries of directories, as scripts describe, list, make, move and delete them. */
@EnabledOnOs(OS.LINUX)
class FileCommandsTest extends FilesOnThisMachine {
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
              StreamedMessages.stdout(stdout) + StreamedMessages.result(0)));
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
  void watchingIsNoCapability() {
    BlaxelSandbox sandbox = blaxel.sandbox();
    assertThat(sandbox.capabilities()).doesNotContain(Capability.WATCH);
    assertThatThrownBy(() -> sandbox.files().watch("/tmp", WatchOptions.standard()))
        .isInstanceOfSatisfying(
            UnsupportedCapabilityException.class,
            e -> assertThat(e.capability()).isEqualTo(Capability.WATCH));
  }

  @Test
  void aPathThatIsAFileIsDistinguishedFromOneThatLeadsThroughAFile() throws Exception {
    Files.writeString(root.resolve("file"), "x");
    blaxel.always("DELETE /sbx/filesystem/%2Ftmp%2F.*.tar", FilesOnThisMachine::delete);
    Filesystem files = files();
    assertThatThrownBy(() -> files.list(in("file")))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageEndingWith("it is not a directory");
    assertThatThrownBy(() -> files.list(in("file/below")))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("a parent in the path is a file");
    assertThatThrownBy(
            () ->
                files.downloadDirectory(
                    in("file"), root.resolve("copy"), DirectoryOptions.standard()))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageEndingWith("it is not a directory");
  }
}
