package dev.sandpiper.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SandboxPathsTest {
  private final SandboxPaths paths = new SandboxPaths(() -> "/work");

  @ParameterizedTest
  @CsvSource({
    "a, /work/a",
    "., /work",
    "./a/., /work/a",
    "a//b, /work/a/b",
    "a/./././b/, /work/a/b",
    "/, /",
    "//, /",
    "/./, /",
    "/.., /..",
    "/a/../b, /a/../b",
    "/.a/..b/c., /.a/..b/c.",
    "/.../x, /.../x",
    "///./a///, /a",
    "~, /work/~"
  })
  void anEntryHasNothingThatMeansNothing(String path, String entry) {
    assertThat(paths.entry(path)).isEqualTo(entry);
  }

  @Test
  void onlyAPathThatIsRelativeAsksForTheWorkingDirectory() {
    SandboxPaths absolute =
        new SandboxPaths(
            () -> {
              throw new IllegalStateException("nobody needs it");
            });
    assertThat(absolute.absolute("/a//./b/")).isEqualTo("/a//./b/");
    assertThatThrownBy(() -> absolute.absolute("a")).hasMessage("nobody needs it");
    assertThat(new SandboxPaths(() -> "/").absolute("a")).isEqualTo("/a");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "//",
        "/.",
        "/..",
        "/./",
        "/../..",
        "/a/..",
        "/a/../",
        "a/.././..",
        ".",
        "./",
        "a/.",
        "a/./"
      })
  void whatMayBeTheRootOrTheWorkingDirectoryIsNotDeleted(String path) {
    assertThatIllegalArgumentException().isThrownBy(() -> paths.deletable(path));
  }

  @Test
  void whatHasANameIsDeleted() {
    assertThat(paths.deletable("/a/../..b/")).isEqualTo("/a/../..b");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/.", "/", "./", "/..", "/a/.", "a", "../", "\u00e9/"})
  void aLongPathCostsTimeInProportion(String part) {
    String path = "/" + part.repeat(2_000_000 / part.length());
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(10),
        () -> {
          assertThat(paths.entry(path)).startsWith("/");
          SandboxPaths.isOfTheSystem(path);
          try {
            paths.deletable(path);
          } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageContaining("delete");
          }
        });
  }

  @ParameterizedTest
  @CsvSource({
    "/proc/cpuinfo, true",
    "//sys/x, true",
    "/./proc//./1/maps, true",
    "/proc, false",
    "/process/x, false",
    "/a/proc/x, false"
  })
  void theSystemsFilesAreKnown(String path, boolean expected) {
    assertThat(SandboxPaths.isOfTheSystem(path)).isEqualTo(expected);
  }
}
