package dev.sandpiper.testkit.promises;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.CancelledException;
import dev.sandpiper.DirectorySummary;
import dev.sandpiper.FileType;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.SandboxSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All that holds with tar, in a sandbox that has every program of this machine but tar. */
class DirectoryCopyWithoutTarTest extends DirectoryCopyTest {
  private static final Set<String> HIDDEN = Set.of("tar", "bsdtar", "busybox");

  @TempDir static Path programs;

  @BeforeAll
  static void linkPrograms() throws IOException {
    for (String directory : List.of("/usr/local/bin", "/usr/bin", "/bin")) {
      try (Stream<Path> all = Files.list(Path.of(directory))) {
        for (Path program : all.toList()) {
          Path link = programs.resolve(program.getFileName().toString());
          if (!HIDDEN.contains(program.getFileName().toString()) && !isThere(link)) {
            Files.createSymbolicLink(link, program);
          }
        }
      }
    }
  }

  private static boolean isThere(Path path) {
    return Files.exists(path, java.nio.file.LinkOption.NOFOLLOW_LINKS);
  }

  @Override
  SandboxSpec spec() {
    return SandboxSpec.standard().environment("PATH", programs.toString());
  }

  @Test
  void thereIsReallyNoTar() {
    assertThat(sandbox.shell("tar --version").exit().code()).hasValue(127);
  }

  @Test
  @Override
  public void aNameThatIsNotUtf8IsRefusedOrLeftOutAndTold() throws IOException {
    sandbox.shell("mkdir -p d/e; touch \"d/e/$(printf 'caf\\351')\" d/f d/e/g");
    Path target = directory.resolve("t");
    assertThatThrownBy(() -> files.downloadDirectory("d", target, STANDARD))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("e: it holds names that are not UTF-8")
        .hasMessageContaining("skipUnsafe");
    assertThat(directory).isEmptyDirectory();
    DirectorySummary summary = files.downloadDirectory("d", target, STANDARD.skipUnsafe());
    assertThat(summary.skipped()).containsExactly("e: it holds names that are not UTF-8");
    assertThat(summary.skippedCount()).isOne();
    assertThat(target.resolve("f")).exists();
    assertThat(target.resolve("e/g")).exists();
  }

  @Test
  void whatALinkSaysComesDownToTheByte() throws IOException {
    sandbox.shell("mkdir d; ln -s 'a\nb\n' d/lines; ln -s -- '-x y' d/-dash; ln -s nowhere d/lost");
    Path target = directory.resolve("t");
    files.downloadDirectory("d", target, STANDARD);
    assertThat(Files.readSymbolicLink(target.resolve("lines"))).hasToString("a\nb\n");
    assertThat(Files.readSymbolicLink(target.resolve("-dash"))).hasToString("-x y");
    assertThat(Files.readSymbolicLink(target.resolve("lost"))).hasToString("nowhere");
  }

  @Test
  void whatIsThereMakesWayAndIsNeverWrittenThrough() throws IOException {
    sandbox.shell("mkdir -p d/real outside; echo keep > outside/f; ln -s ../outside d/sub");
    sandbox.shell("ln -s ../outside/f d/file; touch d/link");
    Path source = directory.resolve("s");
    Files.createDirectories(source.resolve("sub"));
    Files.writeString(source.resolve("sub/f"), "new");
    Files.writeString(source.resolve("file"), "new");
    Files.createSymbolicLink(source.resolve("link"), Path.of("file"));
    files.uploadDirectory(source, "d", STANDARD);
    assertThat(files.readText("outside/f")).isEqualTo("keep\n");
    assertThat(files.stat("d/sub").type()).isEqualTo(FileType.DIRECTORY);
    assertThat(files.readText("d/sub/f")).isEqualTo("new");
    assertThat(files.stat("d/link").type()).isEqualTo(FileType.LINK);
    assertThat(files.readText("d/link")).isEqualTo("new");
    Files.createSymbolicLink(source.resolve("real"), Path.of("file"));
    assertThatThrownBy(() -> files.uploadDirectory(source, "d", STANDARD))
        .hasMessageContaining("a part of the directory may be there")
        .hasMessageContaining("is a directory");
  }

  @Test
  void withoutLnLinksAreRefusedAndTheRestIsThere() throws IOException {
    Path source = Files.createDirectory(directory.resolve("s"));
    Files.writeString(source.resolve("f"), "x");
    Files.createSymbolicLink(source.resolve("link"), Path.of("f"));
    Files.delete(programs.resolve("ln"));
    try {
      assertThatThrownBy(() -> files.uploadDirectory(source, "d", STANDARD))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("neither tar nor ln")
          .hasMessageContaining("a part of the directory may be there");
      assertThat(files.readText("d/f")).isEqualTo("x");
    } finally {
      Files.createSymbolicLink(programs.resolve("ln"), Path.of("/bin/ln"));
    }
  }

  @Test
  void aTarThatIsNoneIsGivenUpToo() throws IOException {
    Path tar = programs.resolve("tar");
    Files.writeString(tar, "#!/bin/sh\necho \"tar: invalid option -- 'p'\" >&2\nexit 1\n");
    assertThat(tar.toFile().setExecutable(true)).isTrue();
    try {
      Path source = Files.createDirectory(directory.resolve("s"));
      Files.write(source.resolve("f"), new byte[500_000]);
      files.uploadDirectory(source, "d", STANDARD);
      assertThat(files.stat("d/f").size()).isEqualTo(500_000);
      client.connect(sandbox.id()).files().downloadDirectory("d", directory.resolve("t"), STANDARD);
      assertThat(directory.resolve("t/f")).hasSize(500_000);
    } finally {
      Files.delete(tar);
    }
  }

  @Test
  void anInterruptEndsBothWays() throws IOException {
    sandbox.shell("mkdir d; touch d/f").orThrow();
    files.downloadDirectory("d", directory.resolve("t"), STANDARD); // from now on without tar
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> files.downloadDirectory("d", directory.resolve("u"), STANDARD))
        .isInstanceOf(CancelledException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(directory.resolve("u")).doesNotExist();
  }
}
