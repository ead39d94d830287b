package dev.sandpiper.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.Capability;
import dev.sandpiper.Content;
import dev.sandpiper.DirectoryOptions;
import dev.sandpiper.DirectorySummary;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.TransferProgress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole directories up and down. */
@Needs({Capability.DIRECTORIES, Capability.BYTES})
interface DirectoryCopies extends Facts {
  DirectoryOptions STANDARD = DirectoryOptions.standard();

  @Fact
  default void aTreeGoesUpAndComesDownAsItWas() throws IOException {
    Path source = Files.createDirectory(directory().resolve("source"));
    Files.createDirectories(source.resolve("empty/inner"));
    Files.writeString(source.resolve("run.sh"), "echo hi");
    Files.setPosixFilePermissions(
        source.resolve("run.sh"), PosixFilePermissions.fromString("rwxr-x---"));
    Files.createSymbolicLink(source.resolve("empty/link"), Path.of("../run.sh"));
    Files.createSymbolicLink(source.resolve("broken"), Path.of("not-there"));
    Files.writeString(source.resolve("l".repeat(200)), "long");
    Files.createFile(source.resolve("-rf"));
    List<TransferProgress> heard = new ArrayList<>();
    DirectorySummary up =
        files().uploadDirectory(source, "project/copy", STANDARD.listener(heard::add));
    assertThat(up).isEqualTo(new DirectorySummary(7, 11, List.of(), 0));
    assertThat(heard.get(heard.size() - 1).bytes()).isEqualTo(11);
    assertThat(
            sandbox().shell("cd project/copy && sh run.sh && readlink empty/link").stdout().text())
        .isEqualTo("hi\n../run.sh\n");
    Path target = directory().resolve("target");
    DirectorySummary down = files().downloadDirectory("project/copy", target, STANDARD);
    assertThat(down).isEqualTo(up);
    assertThat(contents(target)).isEqualTo(contents(source));
    assertThat(directory()).isDirectoryNotContaining(path -> path.toString().endsWith(".part"));
  }

  @Fact
  default void whatIsExcludedGoesNeitherUpNorDown() throws IOException {
    Path source = Files.createDirectory(directory().resolve("source"));
    Files.createDirectories(source.resolve("src/node_modules/left-pad"));
    Files.writeString(source.resolve("src/node_modules/left-pad/index.js"), "no");
    Files.createDirectories(source.resolve("build/keep"));
    Files.writeString(source.resolve("build/keep/result"), "yes");
    Files.writeString(source.resolve("build/object.o"), "no");
    Files.writeString(source.resolve("a.log"), "no");
    Files.writeString(source.resolve("important.log"), "yes");
    Files.writeString(source.resolve("main"), "yes");
    DirectoryOptions options =
        STANDARD.exclude("# a comment", "node_modules/", "/build/*", "!/build/keep", "*.log");
    options = options.exclude("!important.log");
    DirectorySummary up = files().uploadDirectory(source, "project", options);
    assertThat(sandbox().shell("cd project && find . -type f | sort").outText())
        .isEqualTo("./build/keep/result\n./important.log\n./main\n");
    assertThat(up).isEqualTo(new DirectorySummary(6, 9, List.of(), 0));

    sandbox()
        .shell("cd project && mkdir node_modules && echo no > node_modules/x && echo no > b.log");
    sandbox().shell("cd project && mkfifo pipe.log");
    Path target = directory().resolve("target");
    DirectorySummary down = files().downloadDirectory("project", target, options);
    assertThat(contents(target).keySet())
        .containsExactlyInAnyOrder(
            "src", "build", "build/keep", "build/keep/result", "important.log", "main");
    assertThat(down).isEqualTo(up);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  default void anyTreeGoesUpAndComesDownAsItWas(long given) throws IOException {
    long seed = given * 7_919;
    Path source = Files.createDirectory(directory().resolve("source"));
    RandomTree.grow(source, new Random(seed));
    files().uploadDirectory(source, "tree", STANDARD);
    Path target = directory().resolve("target");
    files().downloadDirectory("tree", target, STANDARD);
    assertThat(contents(target)).as("the tree of seed " + seed).isEqualTo(contents(source));
  }

  /** The entries by path: type, permissions, and content or target. */
  private static Map<String, String> contents(Path root) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (Stream<Path> all = Files.walk(root)) {
      for (Path path : all.filter(path -> !path.equals(root)).toList()) {
        contents.put(root.relativize(path).toString(), describe(path));
      }
    }
    return contents;
  }

  private static String describe(Path path) throws IOException {
    if (Files.isSymbolicLink(path)) {
      return "link to " + Files.readSymbolicLink(path);
    }
    String mode =
        PosixFilePermissions.toString(
            Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS));
    return Files.isDirectory(path)
        ? "directory " + mode
        : "file "
            + mode
            + " "
            + java.util.Arrays.hashCode(Files.readAllBytes(path))
            + " of "
            + Files.size(path);
  }

  @Fact
  default void hardLinksComeDownAsFiles() throws IOException {
    sandbox().shell("mkdir d; echo x > d/a; ln d/a d/b");
    Path target = directory().resolve("t");
    files().downloadDirectory("d", target, STANDARD);
    assertThat(target.resolve("a")).hasContent("x");
    assertThat(target.resolve("b")).hasContent("x");
  }

  @Fact
  default void whatLeadsOutIsRefusedOrLeftOutAndReported() throws IOException {
    sandbox()
        .shell(
            "mkdir -p d/a/b; ln -s /etc/passwd d/abs; ln -s ../.. d/a/out; ln -s ../.. d/a/b/root;"
                + " ln -s a/b/root/.. d/sneaky; ln -s a d/inside; mkfifo d/pipe; touch d/f");
    Path target = directory().resolve("t");
    assertThatThrownBy(() -> files().downloadDirectory("d", target, STANDARD))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("skipUnsafe");
    assertThat(directory()).isEmptyDirectory();
    DirectorySummary summary = files().downloadDirectory("d", target, STANDARD.skipUnsafe());
    assertThat(summary.skippedCount()).isEqualTo(4);
    assertThat(String.join("\n", summary.skipped()))
        .contains("abs: ", "a/out: ", "sneaky: ", "pipe: ");
    assertThat(summary.entries()).isEqualTo(5);
    try (Stream<Path> all = Files.walk(target)) {
      assertThat(all.map(path -> target.relativize(path).toString()))
          .containsExactlyInAnyOrder("", "a", "a/b", "a/b/root", "inside", "f");
    }
  }

  @Fact
  default void aNameThatIsNotUtf8IsRefusedOrLeftOutAndTold() throws IOException {
    sandbox().shell("mkdir d; touch \"d/$(printf 'caf\\351')\" d/f");
    Path target = directory().resolve("t");
    assertThatThrownBy(() -> files().downloadDirectory("d", target, STANDARD))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("caf\\xE9");
    DirectorySummary summary = files().downloadDirectory("d", target, STANDARD.skipUnsafe());
    assertThat(summary.skipped()).singleElement().asString().contains("not UTF-8");
    assertThat(target.resolve("f")).exists();
  }

  @Fact
  default void localSpecialFilesAreRefusedBeforeAnythingIsSent() throws Exception {
    Path source = Files.createDirectory(directory().resolve("source"));
    Files.createFile(source.resolve("f"));
    assertThat(new ProcessBuilder("mkfifo", source.resolve("pipe").toString()).start().waitFor())
        .isZero();
    assertThatThrownBy(() -> files().uploadDirectory(source, "up", STANDARD))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("pipe");
    assertThat(files().exists("up")).isFalse();
    DirectorySummary summary = files().uploadDirectory(source, "up", STANDARD.skipUnsafe());
    assertThat(summary.skipped()).hasSize(1);
    assertThat(files().list("up")).hasSize(1);
  }

  @Fact
  default void theLimitIsKept() throws IOException {
    sandbox().shell("mkdir d; truncate -s 5000 d/f");
    Path target = directory().resolve("t");
    assertThatThrownBy(() -> files().downloadDirectory("d", target, STANDARD.limitBytes(4999)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("4999");
    assertThat(directory()).isEmptyDirectory();
    assertThat(files().downloadDirectory("d", target, STANDARD.limitBytes(5000)).bytes())
        .isEqualTo(5000);
    assertThatThrownBy(() -> files().uploadDirectory(target, "e", STANDARD.limitBytes(4999)))
        .isInstanceOf(InvalidRequestException.class);
  }

  @Fact
  default void aTargetThatIsInUseIsLeftAlone() throws IOException {
    sandbox().shell("mkdir d; touch d/f");
    Path full = Files.createDirectory(directory().resolve("full"));
    Files.writeString(full.resolve("mine"), "x");
    assertThatThrownBy(() -> files().downloadDirectory("d", full, STANDARD))
        .isInstanceOf(UncheckedIOException.class);
    assertThatThrownBy(() -> files().downloadDirectory("d", full.resolve("mine"), STANDARD))
        .isInstanceOf(UncheckedIOException.class);
    assertThat(full.resolve("mine")).hasContent("x");
    Path empty = Files.createDirectory(directory().resolve("empty"));
    files().downloadDirectory("d", empty, STANDARD);
    assertThat(empty.resolve("f")).exists();
  }

  @Fact
  default void anythingButADirectoryIsReported() {
    files().write("f", Content.of("x"));
    Path target = directory().resolve("t");
    assertThatThrownBy(() -> files().downloadDirectory("f", target, STANDARD))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("it is not a directory");
    assertThatThrownBy(() -> files().downloadDirectory("none", target, STANDARD))
        .isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> files().uploadDirectory(directory().resolve("no"), "x", STANDARD))
        .isInstanceOf(UncheckedIOException.class);
    assertThatThrownBy(() -> files().uploadDirectory(directory(), "f", STANDARD))
        .isInstanceOf(InvalidRequestException.class);
    assertThat(directory()).isEmptyDirectory();
  }

  @Fact
  default void aListenerStopsBothWays() throws IOException {
    sandbox().shell("mkdir d; truncate -s 3000000 d/f");
    IllegalStateException enough = new IllegalStateException("enough");
    DirectoryOptions stopping =
        STANDARD.listener(
            progress -> {
              if (progress.bytes() > 100_000) {
                throw enough;
              }
            });
    Path target = directory().resolve("t");
    assertThatThrownBy(() -> files().downloadDirectory("d", target, stopping)).isSameAs(enough);
    assertThat(directory()).isEmptyDirectory();
    Files.write(directory().resolve("f"), new byte[3_000_000]);
    assertThatThrownBy(() -> files().uploadDirectory(directory(), "e", stopping)).isSameAs(enough);
  }
}
