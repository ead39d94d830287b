package dev.sandpiper.testkit.blaxel.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sandpiper.testkit.blaxel.process.CommandStarter.Start;
import dev.sandpiper.testkit.blaxel.process.CommandStarter.Started;
import dev.sandpiper.testkit.machine.Launch;
import dev.sandpiper.testkit.machine.ServerThreads;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What starts and ends commands, by itself. */
class FirstProcessTest {
  @TempDir Path directory;
  private final ServerThreads threads = new ServerThreads();
  private FirstProcess first;

  @BeforeEach
  void begin() throws IOException {
    Path script = directory.resolve("first-process.pl");
    try (InputStream source = FirstProcess.class.getResourceAsStream("first-process.pl")) {
      assertThat(source).isNotNull();
      Files.copy(source, script);
    }
    Files.createFile(directory.resolve("out"));
    Files.createFile(directory.resolve("err"));
    first = FirstProcess.start(script, threads);
  }

  @AfterEach
  void end() {
    first.close();
    threads.close();
  }

  private Started start(String script) throws IOException, Launch.RefusedException {
    return start(script, directory);
  }

  private Started start(String script, Path where) throws IOException, Launch.RefusedException {
    return first.start(
        new Start(
            List.of("/bin/sh", "-c", script),
            where.toString(),
            Map.of("PATH", "/usr/bin:/bin", "COLOUR", "blue\nand green"),
            directory.resolve("out"),
            directory.resolve("err")));
  }

  private static int code(Started started) throws Exception {
    return started.exit().get(20, TimeUnit.SECONDS);
  }

  @Test
  void anExitIsToldApartFromADeath() throws Exception {
    assertThat(code(start("exit 137"))).isEqualTo(137);
    assertThat(code(start("kill -9 $$"))).isEqualTo(-1);
    assertThat(code(start("echo \"$COLOUR\"; cat; readlink /proc/self/fd/0"))).isZero();
    assertThat(directory.resolve("out")).hasContent("blue\nand green\n/dev/null\n");
  }

  @Test
  void aGroupIsSignalledAsLongAsAnythingOfItIsLeft() throws Exception {
    Started started = start("sleep 60 & echo up");
    assertThat(code(started)).isZero();
    assertThat(first.signal(started.pid(), true)).isNull();
  }

  @Test
  void aStrangersGroupIsNotSignalled() throws Exception {
    Process stranger = new ProcessBuilder("setsid", "sleep", "60").start();
    try {
      assertThat(first.signal(stranger.pid(), true)).isEqualTo("no such process");
      assertThat(stranger.isAlive()).isTrue();
    } finally {
      stranger.destroyForcibly();
    }
  }

  @Test
  void theKernelsReasonIsTold() {
    assertThatThrownBy(() -> start("true", directory.resolve("out")))
        .isInstanceOf(Launch.RefusedException.class)
        .hasMessage("not a directory");
    assertThatThrownBy(() -> start("x".repeat(200_000)))
        .isInstanceOf(Launch.RefusedException.class)
        .hasMessage("argument list too long");
  }

  @Test
  void aReleasedHeadIsZerosAndTheRestIsAsItWas() throws Exception {
    Path file = directory.resolve("log");
    Files.writeString(file, "x".repeat(20_000));
    assumeTrue(first.release(file, 8192), "this file system gives nothing back");

    byte[] bytes = Files.readAllBytes(file);
    assertThat(bytes).hasSize(20_000);
    assertThat(bytes[8191]).isZero();
    assertThat(bytes[8192]).isEqualTo((byte) 'x');
  }

  @Test
  void nothingCanBeStartedAfterTheEnd() {
    first.close();
    assertThatThrownBy(() -> start("true")).isInstanceOf(IOException.class);
  }
}
