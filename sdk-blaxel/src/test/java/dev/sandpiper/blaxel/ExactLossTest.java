package dev.sandpiper.blaxel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sandpiper.Command;
import dev.sandpiper.ExecResult;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.Signal;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the sandbox itself takes from a command's files, and what is said of it. */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class ExactLossTest {
  @RegisterExtension final RealProcesses blaxel = new RealProcesses();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "echo a; sleep 0.3; rm -rf %s; exit 3",
        "echo a; sleep 0.3; find %s -mindepth 1 -delete; echo b; exit 3",
        "echo a; sleep 0.3; rm -f %s/*.o.*; seq 1 300000; exit 3",
        "while [ -e %s ]; do rm -rf %s; done; exit 3",
      })
  void aCommandWhoseFilesAreRemovedEndsAsTheServerSays(String script) {
    String removing = script.replace("%s", blaxel.output().toString());
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      ExecResult result = RealProcesses.byFiles(sandbox, removing);

      assertThat(result.exit()).isEqualTo(new ExitStatus.Exited(3));
      assertThat(result.stdout().isComplete()).isFalse();
    }
  }

  @Test
  void aCommandWhoseWritersAreKilledEndsAsTheServerSays() {
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      ExecResult result =
          RealProcesses.byFiles(
              sandbox,
              "echo a; sleep 0.3; for h in $(cat "
                  + blaxel.output()
                  + "/*.p.*); do kill -KILL $h; done; trap '' PIPE; echo b; exit 3");

      assertThat(result.exit()).isEqualTo(new ExitStatus.Exited(3));
      assertThat(result.stdout().isComplete()).isFalse();
    }
    // Nobody is left who could remove them.
    assertThat(blaxel.files()).isNotEmpty();
  }

  @Test
  void aCommandThatIsKilledWithItsWrapperEndsAsTheServerSays() {
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      ExecResult result =
          RealProcesses.byFiles(
              sandbox, "echo a; sleep 0.3; rm -rf " + blaxel.output() + "; kill -KILL 0");

      assertThat(result.exit()).isEqualTo(new ExitStatus.Signaled(Signal.UNKNOWN));
      assertThat(result.stdout().isComplete()).isFalse();
    }
  }

  @Test
  void anAttachedReaderLearnsTheEndOfACommandWhoseFilesAreRemoved() throws Exception {
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      Process started =
          sandbox
              .processes()
              .start(Command.shell("sleep 1; rm -rf " + blaxel.output() + "; exit 3"));
      ProcessRef ref = started.detach();
      try (Process attached = sandbox.processes().attach(ref)) {
        assertThat(attached.waitFor()).isEqualTo(new ExitStatus.Exited(3));
      }
    }
  }

  /** A file system of its own, so small that it is full; unmounted by {@link #close}. */
  private record FullDisk(Path directory) implements AutoCloseable {
    static FullDisk at(Path directory) throws IOException, InterruptedException {
      Files.createDirectories(directory);
      boolean isMounted =
          run("mount", "-t", "tmpfs", "-o", "size=8k,mode=700", "none", directory.toString());
      assumeTrue(isMounted, "mounting needs root");
      FullDisk disk = new FullDisk(directory);
      run("dd", "if=/dev/zero", "of=" + directory.resolve("fill"), "bs=1k", "count=100");
      assertThat(Files.size(directory.resolve("fill"))).as("the disk is full").isEqualTo(8192);
      return disk;
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
      java.lang.Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor() == 0;
    }

    @Override
    public void close() throws IOException {
      try {
        assertThat(run("umount", directory.toString())).isTrue();
      } catch (InterruptedException e) {
        throw new InterruptedIOException("interrupted while the disk was unmounted");
      }
    }
  }

  @Test
  void aDiskThatFillsUpLaterIsSaidAndNotTakenForACommandsEnd() throws Exception {
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      assertThat(RealProcesses.byFiles(sandbox, "exit 4").exit())
          .isEqualTo(new ExitStatus.Exited(4));
      try (FullDisk disk = FullDisk.at(blaxel.output())) {
        assertThat(disk.directory()).isDirectory();
        assertThatThrownBy(() -> RealProcesses.byFiles(sandbox, "echo a; exit 4"))
            .isInstanceOf(NotBegunException.class)
            .hasMessageContaining("nothing can be written");
        try (BlaxelSandbox other = blaxel.sandbox()) {
          assertThatThrownBy(() -> RealProcesses.byFiles(other, "echo a"))
              .isInstanceOf(NotBegunException.class);
        }
        assertThat(blaxel.files().stream().map(name -> name.split("\\.", 2)[0]).distinct())
            .as("what the other sandbox object has left beside this one's")
            .hasSize(2)
            .contains("fill");
      }
      assertThat(RealProcesses.byFiles(sandbox, "exit 4").exit())
          .isEqualTo(new ExitStatus.Exited(4));
    }
  }

  @Test
  void aFullDiskTakesNothingFromAShortCommandAndALongOneSaysWhatIsMissing() throws Exception {
    try (BlaxelSandbox sandbox = blaxel.sandbox();
        FullDisk disk = FullDisk.at(blaxel.output())) {
      ExecResult brief = sandbox.shell("echo a; exit 4");
      assertThat(brief.exit()).isEqualTo(new ExitStatus.Exited(4));
      assertThat(brief.stdout().text()).isEqualTo("a\n");

      ExecResult full = sandbox.shell("trap '' PIPE; seq 1 30000 2>&-; exit 5");
      assertThat(full.exit()).isEqualTo(new ExitStatus.Exited(5));
      assertThat(full.stdout().isComplete()).isFalse();
      assertThat(full.stdout().totalBytes()).isEqualTo(8193);
      assertThat(full.stderr().isComplete()).isTrue();

      assertThat(disk.directory()).isDirectoryContaining("glob:**/fill");
      sandbox.files().delete(disk.directory() + "/fill");
      assertThat(disk.directory()).isDirectoryNotContaining("glob:**/fill");
    }
  }

  /** Nothing can say then that it did not begin: the wrapper's exit code is not the command's. */
  @Test
  void aFullDiskThatHoldsTheServersLogsTooIsNoCommandsEnd() throws Exception {
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      assertThat(RealProcesses.byFiles(sandbox, "exit 4").exit())
          .isEqualTo(new ExitStatus.Exited(4));
      try (FullDisk disk = FullDisk.at(blaxel.directory)) {
        assertThat(disk.directory()).isDirectory();
        for (BlaxelSandbox each : List.of(sandbox, blaxel.sandbox())) {
          ExecResult result = RealProcesses.byFiles(each, "echo a; exit 4");
          assertThat(result.exit()).isInstanceOf(ExitStatus.Unreported.class);
          assertThat(result.stdout().isComplete()).isFalse();
        }
        assertThat(Path.of(disk.directory() + "/out")).isDirectory();
      }
      assertThat(RealProcesses.byFiles(sandbox, "exit 4").exit())
          .isEqualTo(new ExitStatus.Exited(4));
    }
  }

  static Stream<Map.Entry<String, String>> variablesThatShellsUse() {
    return Stream.of(
        Map.entry("PATH", "/nowhere"),
        Map.entry("PATH", ""),
        Map.entry("ENV", "/nowhere"),
        Map.entry("BASH_ENV", "/nowhere"),
        Map.entry("CDPATH", "/"),
        Map.entry("TMPDIR", "/nowhere"),
        Map.entry("LC_ALL", "tr_TR.UTF-8"),
        Map.entry("POSIXLY_CORRECT", "1"),
        Map.entry("HOME", "/nowhere"));
  }

  @ParameterizedTest
  @MethodSource("variablesThatShellsUse")
  void aVariableThatShellsUseReachesTheCommandAndHarmsNothingElse(
      Map.Entry<String, String> variable) {
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      ExecResult result =
          sandbox
              .processes()
              .exec(Command.of("/usr/bin/env").environment(variable.getKey(), variable.getValue()));

      assertThat(result.stdout().text().lines())
          .contains(variable.getKey() + "=" + variable.getValue())
          .noneMatch(line -> line.startsWith("sandpiper_"));
      assertThat(result.stdout().isComplete()).isTrue();
      assertThat(sandbox.capabilities()).contains(dev.sandpiper.Capability.REPLAY);
    }
    blaxel.assertClean();
  }

  @ParameterizedTest
  @ValueSource(strings = {"echo abc", "echo abc; sleep 30"})
  void aPositionBehindTheEndIsRefused(String script) throws Exception {
    try (BlaxelSandbox sandbox = blaxel.sandbox();
        Process process = sandbox.processes().start(Command.shell(script))) {
      assertThat(process.events().next()).isInstanceOf(ProcessEvent.Output.class);

      assertThatThrownBy(() -> sandbox.processes().attach(process.ref(), "o5000.e0"))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("5000");
    }
  }

  @Test
  void aSignalRightAfterTheStartReachesTheCommand() throws Exception {
    try (BlaxelSandbox sandbox = blaxel.sandbox()) {
      assertThat(RealProcesses.byFiles(sandbox, "exit 0").exit().isSuccess()).isTrue();
      for (int i = 0; i < 20; i++) {
        try (Process process = sandbox.processes().start(Command.of("sleep", "60"))) {
          assertThat(process.signal(Signal.TERM)).isTrue();
          assertThat(process.waitFor(Duration.ofSeconds(20)))
              .as("round " + i)
              .contains(new ExitStatus.Signaled(Signal.TERM));
        }
      }
    }
    blaxel.assertClean();
  }
}
