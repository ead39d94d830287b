package dev.sandpiper.testkit.promises;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.DirectoryOptions;
import dev.sandpiper.DirectorySummary;
import dev.sandpiper.PlatformException;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.UnsupportedCapabilityException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Directories of a sandbox that has every program of this machine, but another tar or none. */
class OddTarTest extends LocalE2bTest {
  private static final DirectoryOptions STANDARD = DirectoryOptions.standard();

  @TempDir static Path programs;
  @TempDir Path directory;
  private Path source;

  @BeforeAll
  static void linkPrograms() throws IOException {
    for (String place : List.of("/usr/local/bin", "/usr/bin", "/bin")) {
      try (Stream<Path> all = Files.list(Path.of(place))) {
        for (Path program : all.toList()) {
          Path link = programs.resolve(program.getFileName().toString());
          if (!link.endsWith("tar") && !Files.exists(link, LinkOption.NOFOLLOW_LINKS)) {
            Files.createSymbolicLink(link, program);
          }
        }
      }
    }
  }

  @Override
  SandboxSpec spec() {
    return SandboxSpec.standard().environment("PATH", programs.toString());
  }

  @BeforeEach
  void makeDirectories() throws IOException {
    Files.deleteIfExists(programs.resolve("tar"));
    source = Files.createDirectory(directory.resolve("source"));
    Files.writeString(source.resolve("f"), "x");
    Files.createFile(source.resolve(sandbox.id())); // by which its archives are known
    sandbox.shell("mkdir d; echo x > d/f; touch d/" + sandbox.id()).orThrow();
  }

  private static void useTar(String script) throws IOException {
    Path tar = Files.writeString(programs.resolve("tar"), "#!/bin/sh\n" + script);
    assertThat(tar.toFile().setExecutable(true)).isTrue();
  }

  private void assertNoUsableTar() {
    assertThatThrownBy(() -> sandbox.files().uploadDirectory(source, "up", STANDARD))
        .isInstanceOf(UnsupportedCapabilityException.class)
        .hasMessageStartingWith("upload directory ")
        .hasMessageContaining("no usable tar")
        .hasMessageContaining("install GNU tar or BusyBox");
    assertThatThrownBy(
            () -> sandbox.files().downloadDirectory("d", directory.resolve("t"), STANDARD))
        .isInstanceOf(UnsupportedCapabilityException.class)
        .hasMessageStartingWith("download directory ")
        .hasMessageContaining("no usable tar");
    assertThat(directory.resolve("t")).doesNotExist();
    assertThat(Leftovers.archivesWith(sandbox.id())).isEmpty();
  }

  @Test
  void withoutTarThatIsTold() {
    assertThat(sandbox.shell("tar --version").exit().code()).hasValue(127);
    assertNoUsableTar();
  }

  @Test
  void aTarThatUnderstandsNothingIsNone() throws IOException {
    useTar("echo \"tar: invalid option -- 'p'\" >&2\nexit 1\n");
    assertNoUsableTar();
  }

  @Test
  void aFileThatChangedWhileItWasPackedIsTold() throws IOException {
    useTar(
        """
        /usr/bin/tar "$@" || exit
        [ "$1" = -c ] || exit 0
        echo 'tar: ./f: file changed as we read it' >&2
        exit 1
        """);
    assertThatThrownBy(
            () -> sandbox.files().downloadDirectory("d", directory.resolve("t"), STANDARD))
        .isInstanceOfSatisfying(PlatformException.class, e -> assertThat(e.retryable()).isTrue())
        .hasMessageContaining("./f: file changed as we read it");
    assertThat(directory.resolve("t")).doesNotExist();
    DirectorySummary summary =
        sandbox.files().downloadDirectory("d", directory.resolve("t"), STANDARD.skipUnsafe());
    assertThat(summary.skipped()).containsExactly("tar: ./f: file changed as we read it");
    assertThat(directory.resolve("t/f")).hasContent("x\n");
    assertThat(Leftovers.archivesWith(sandbox.id())).isEmpty();
  }

  @Test
  void moreMessagesThanAreKeptAreNotALostConnection() throws IOException {
    useTar(
        """
        /usr/bin/tar "$@" || exit
        [ "$1" = -c ] || exit 0
        yes 'tar: ./a: socket ignored' | head -c 9000000 >&2
        """);
    assertThatThrownBy(
            () -> sandbox.files().downloadDirectory("d", directory.resolve("t"), STANDARD))
        .isInstanceOfSatisfying(PlatformException.class, e -> assertThat(e.retryable()).isFalse())
        .hasMessageContaining("tar wrote 9000000 bytes about skipped entries");
    assertThat(directory.resolve("t")).doesNotExist();
    assertThat(Leftovers.archivesWith(sandbox.id())).isEmpty();
  }
}
