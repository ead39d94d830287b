package dev.sandpiper.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;

/**
 * Directories as a user copies them who must obey permission bits and may open few files at once.
 * Root obeys none, so the copies are made by a program that has given up this right.
 */
@EnabledOnOs(OS.LINUX)
class CopiesWithFewRightsTest {
  private static final String RUN =
      """
      ulimit -n 300
      if [ "$(id -u)" = 0 ]; then
        exec setpriv --bounding-set=-dac_override,-dac_read_search "$@"
      fi
      exec "$@"
      """;

  @TempDir Path directory;
  private List<String> outcomes = List.of();

  @BeforeEach
  void runTheProgram() throws Exception {
    String classPath =
        Stream.of(CopyWithFewRights.class, LocalDirectory.class, Logger.class)
            .map(CopiesWithFewRightsTest::origin)
            .collect(Collectors.joining(File.pathSeparator));
    Process program =
        new ProcessBuilder(
                "/bin/sh",
                "-c",
                RUN,
                "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dsun.jnu.encoding=UTF-8",
                "-cp",
                classPath,
                CopyWithFewRights.class.getName(),
                directory.toString())
            .redirectErrorStream(true)
            .start();
    outcomes = new String(program.getInputStream().readAllBytes(), UTF_8).lines().toList();
    boolean obeys = program.waitFor() == 0 && outcomes.contains("obeys modes: true");
    boolean hasSetpriv = Files.isExecutable(Path.of("/usr/bin/setpriv"));
    assumeTrue(obeys || hasSetpriv, () -> "no way to give up root's rights: " + outcomes);
    assertThat(obeys).as(String.join("\n", outcomes)).isTrue();
  }

  private static String origin(Class<?> type) {
    return Path.of(
            java.net.URI.create(
                type.getProtectionDomain().getCodeSource().getLocation().toString()))
        .toString();
  }

  @AfterEach
  void makeItDeletable() throws Exception {
    new ProcessBuilder("chmod", "-R", "u+rwx", directory.toString()).start().waitFor();
  }

  @Test
  void closedDirectoriesAreFilledAndThenClosed() throws Exception {
    assertThat(outcomes).contains("whole: made");
    assertThat(Files.getPosixFilePermissions(directory.resolve("whole/none"))).isEmpty();
    assertThat(Files.getPosixFilePermissions(directory.resolve("whole/a"))).isEmpty();
  }

  @Test
  void theFirstFailureIsToldAndNothingIsLeft() {
    assertThat(outcomes)
        .contains(
            "broken: TarFormatException[]",
            "stopped: IllegalStateException[]",
            "deep: TarFormatException[]");
    assertThat(directory.toFile().list()).containsExactlyInAnyOrder("secret", "source", "whole");
  }

  @Test
  void whatCannotBeReadHereIsToldBeforeAnythingIsSent() {
    String closed = "closed: it cannot be read";
    assertThat(outcomes)
        .contains(
            "source: "
                + closed
                + "; use DirectoryOptions.skipUnsafe() to skip entries that cannot be copied ["
                + closed
                + ", file: it cannot be read]");
  }
}
