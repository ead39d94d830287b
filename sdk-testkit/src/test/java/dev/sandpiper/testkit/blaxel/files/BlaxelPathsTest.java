package dev.sandpiper.testkit.blaxel.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.testkit.blaxel.api.BlaxelPlaces;
import dev.sandpiper.testkit.machine.Confinement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BlaxelPathsTest {
  @TempDir private Path root = Path.of("/");
  private BlaxelPaths paths = paths(false);

  @BeforeEach
  void setUp() throws Exception {
    root = root.toRealPath();
    Files.createDirectory(root.resolve("home"));
    Files.createDirectory(root.resolve("logs"));
    paths = paths(false);
  }

  private BlaxelPaths paths(boolean wholeHost) {
    return new BlaxelPaths(new BlaxelPlaces(root.resolve("home"), root.resolve("logs"), wholeHost));
  }

  @ParameterizedTest
  @CsvSource({
    "/filesystem/foo/bar, HOME/foo/bar",
    "/filesystem/foo%2Fbar, /foo/bar",
    "/filesystem/%2Ffoo%2Fbar, /foo/bar",
    "/filesystem/%2Ffoo/bar, /foo/bar",
    "/filesystem/%2ffoo%2fbar, /foo/bar",
    "/filesystem/foo%2fbar, HOME/foo/bar",
    "/filesystem//foo/bar, /foo/bar",
    "/filesystem/~/h, HOME/h",
    "/filesystem/~h, HOMEh",
    "/filesystem/~%2Fh, /~/h",
    "/filesystem/%2Ftmp%2F..%2Ffoo%2Fbar, /foo/bar",
    "/filesystem/foo/../h, HOME/h",
    "/filesystem/../../../../../../../../foo/bar, /foo/bar",
    "/filesystem/./h, HOME/h",
    "/filesystem/a%252Fb, /a%2Fb",
    "/filesystem/, HOME",
    "/filesystem/%2F, /",
    "/filesystem%2Ffoo, /foo"
  })
  void aPathIsReadAsTheServerReadsIt(String sent, String absolute) {
    RequestPath path = Objects.requireNonNull(RequestPath.parse(sent));

    assertThat(paths.absolute(paths.named(path, "/filesystem")))
        .isEqualTo(absolute.replace("HOME", root + "/home"));
  }

  @Test
  void theLogsAreTheSandboxesOwn() throws Exception {
    assertThat(paths.follow("/var/log/sandbox-api/x.log")).isEqualTo(root.resolve("logs/x.log"));
    assertThat(paths.follow("/var/log/sandbox-api")).isEqualTo(root.resolve("logs"));
  }

  @Test
  void theWholeHostIsOpenToWhoAskedForIt() throws Exception {
    assertThat(paths(true).follow("/etc/passwd")).isEqualTo(Path.of("/etc/passwd"));
    assertThatThrownBy(() -> paths.follow("/etc/passwd"))
        .isInstanceOf(Confinement.OutsideException.class)
        .hasMessageContaining("/etc/passwd");
  }

  @Test
  void aLinkLeadsNowhereElse() throws Exception {
    Files.createSymbolicLink(root.resolve("home/out"), Path.of("/etc"));

    assertThatThrownBy(() -> paths.follow(root + "/home/out/passwd"))
        .isInstanceOf(Confinement.OutsideException.class);
    assertThat(paths.locate(root + "/home/out")).isEqualTo(root.resolve("home/out"));
  }

  @Test
  void theRootShowsTheWayToWhatIsThere() {
    assertThat(paths.namesTowardsRoots("/")).contains("tmp", "var");
    assertThat(paths.namesTowardsRoots("/var/log")).containsExactly("sandbox-api");
    assertThat(paths.namesTowardsRoots("/etc")).isEmpty();
  }
}
