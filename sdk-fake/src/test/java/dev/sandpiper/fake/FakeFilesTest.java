package dev.sandpiper.fake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Content;
import dev.sandpiper.DirectorySummary;
import dev.sandpiper.FileInfo;
import dev.sandpiper.FileType;
import dev.sandpiper.Filesystem;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.ReadOptions;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.UnsupportedCapabilityException;
import dev.sandpiper.WatchOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FakeFilesTest {
  private final Filesystem files = new FakeSandboxes().create(SandboxSpec.standard()).files();

  @Test
  void writingMakesTheParents() {
    files.writeText("a/b/c.txt", "deep");
    assertThat(files.readText("/home/user/a/b/c.txt")).isEqualTo("deep");
    assertThat(files.stat("a/b")).returns(FileType.DIRECTORY, FileInfo::type);
    assertThat(files.stat("a/b/c.txt")).returns(4L, FileInfo::size);
    assertThat(files.exists("a/x")).isFalse();
  }

  @Test
  void aListingIsAsDeepAsItWasAskedForAndADirectoryIsBeforeWhatItHolds() {
    files.writeText("src/a/b.txt", "");
    files.writeText("src/a.txt", "");
    files.writeText("srcs/other.txt", "");
    assertThat(files.list("src")).extracting(FileInfo::name).containsExactly("a", "a.txt");
    assertThat(files.list("src", 2))
        .extracting(FileInfo::name)
        .containsExactly("a", "a.txt", "b.txt");
    assertThat(files.list("/")).extracting(FileInfo::path).containsExactly("/home", "/tmp");
  }

  @Test
  void movingTakesWhatADirectoryHolds() {
    files.writeText("old/a/b.txt", "moved");
    files.move("old", "new/place");
    assertThat(files.readText("new/place/a/b.txt")).isEqualTo("moved");
    assertThat(files.exists("old")).isFalse();
    assertThatThrownBy(() -> files.move("new", "new/inside"))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> files.move("/", "/tmp/all"))
        .isInstanceOf(InvalidRequestException.class);
    files.makeDirectory("empty");
    assertThatThrownBy(() -> files.move("new/place/a/b.txt", "empty"))
        .isInstanceOf(InvalidRequestException.class);
  }

  @Test
  void deletingTakesWhatADirectoryHoldsAndTellsWhetherSomethingWasThere() {
    files.writeText("a/b.txt", "");
    assertThat(files.delete("a")).isTrue();
    assertThat(files.delete("a")).isFalse();
    assertThat(files.list(".")).isEmpty();
    assertThat(files.makeDirectory("a")).isTrue();
    assertThat(files.makeDirectory("a")).isFalse();
  }

  @Test
  void whatAPathNamesDecidesTheError() {
    files.writeText("file", "");
    assertThatExceptionOfType(NotFoundException.class)
        .isThrownBy(() -> files.readText("nothing"))
        .returns(NotFoundException.What.FILE, NotFoundException::what);
    assertThatThrownBy(() -> files.readText("/tmp")).isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> files.list("file")).isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> files.writeText("file/x", ""))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> files.stat("")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aPartIsRead() throws IOException {
    files.writeText("a", "0123456789");
    ReadOptions part = ReadOptions.whole().offset(3).length(2);
    assertThat(files.read("a", part)).hasContent("34");
    assertThat(files.read("a", ReadOptions.whole().offset(10))).isEmpty();
    assertThatThrownBy(() -> files.read("a", ReadOptions.whole().offset(11)))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> files.readBytes("a", 9)).isInstanceOf(InvalidRequestException.class);
  }

  @Test
  void aContentThatCannotBeReadIsNotWritten() {
    Content broken =
        Content.of(
            () -> {
              throw new IOException("no disk");
            });
    assertThatThrownBy(() -> files.write("a", broken)).isInstanceOf(CancelledException.class);
    assertThat(files.exists("a")).isFalse();
  }

  @Test
  void directoriesAreCopiedBothWays(@TempDir Path machine) throws IOException {
    Path source = Files.createDirectories(machine.resolve("source/inner/empty"));
    Files.writeString(source.resolveSibling("a.txt"), "up");
    DirectorySummary up = files.uploadDirectory(machine.resolve("source"), "app");
    assertThat(up).returns(3L, DirectorySummary::entries).returns(2L, DirectorySummary::bytes);
    assertThat(files.readText("app/inner/a.txt")).isEqualTo("up");
    files.downloadDirectory("app", machine.resolve("target"));
    assertThat(machine.resolve("target/inner/a.txt")).hasContent("up");
    assertThat(machine.resolve("target/inner/empty")).isEmptyDirectory();
    files.download("app/inner/a.txt", machine.resolve("one.txt"));
    assertThat(machine.resolve("one.txt")).hasContent("up");
  }

  @Test
  void thereAreNoWatches() {
    assertThatThrownBy(() -> files.watch(".", WatchOptions.standard()))
        .isInstanceOf(UnsupportedCapabilityException.class);
  }
}
