package dev.sandpiper.testkit.blaxel.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.testkit.blaxel.process.CommandStarter.Start;
import dev.sandpiper.testkit.blaxel.process.CommandStarter.Started;
import dev.sandpiper.testkit.machine.Launch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands on a machine without perl. */
class PlainStarterTest {
  @TempDir Path directory;
  private final PlainStarter starter = new PlainStarter();

  @BeforeEach
  void makeFiles() throws IOException {
    Files.createFile(directory.resolve("out"));
    Files.createFile(directory.resolve("err"));
  }

  @AfterEach
  void killAll() {
    starter.close();
  }

  private Started start(String script) throws IOException, Launch.RefusedException {
    return start(script, directory);
  }

  private Started start(String script, Path where) throws IOException, Launch.RefusedException {
    return starter.start(
        new Start(
            List.of("/bin/sh", "-c", script),
            where.toString(),
            Map.of("PATH", "/usr/bin:/bin"),
            directory.resolve("out"),
            directory.resolve("err")));
  }

  private static int code(Started started) throws Exception {
    return started.exit().get(20, TimeUnit.SECONDS);
  }

  @Test
  void outputsAreAppendedToTheirFilesAndTheCodeIsTold() throws Exception {
    Files.writeString(directory.resolve("out"), "before\n");
    assertThat(code(start("echo out; echo err >&2; exit 3"))).isEqualTo(3);
    assertThat(directory.resolve("out")).hasContent("before\nout\n");
    assertThat(directory.resolve("err")).hasContent("err\n");
  }

  @Test
  void aSignalReachesTheCommandAndLooksLikeAnExit() throws Exception {
    Started started = start("sleep 60 & wait");
    assertThat(starter.signal(started.pid(), true)).isNull();
    assertThat(code(started)).isEqualTo(128 + 9);
  }

  @Test
  void nobodyIsSignalledWhoHasEnded() throws Exception {
    Started started = start("true");
    assertThat(code(started)).isZero();
    assertThat(starter.signal(started.pid(), true)).isEqualTo("no such process");
  }

  @Test
  void theKernelsReasonIsTold() {
    assertThatThrownBy(() -> start("true", directory.resolve("out")))
        .isInstanceOf(Launch.RefusedException.class)
        .hasMessage("not a directory");
  }
}
