package dev.sandpiper.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The scripts that stop and signal, by the shells of this machine, against real processes. */
@EnabledOnOs(OS.LINUX)
class StopScriptTest {
  private final String nonce = Nonce.random();

  static Stream<List<String>> shells() {
    return Stream.of(
            List.of("/bin/sh"),
            List.of("/bin/dash"),
            List.of("/bin/bash"),
            List.of("/bin/busybox", "sh"))
        .filter(shell -> new File(shell.get(0)).canExecute());
  }

  /** A process with our nonce, which has told that it is ready. */
  private Process started(String value, String... command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put(Variables.PROCESS, value);
    Process process = builder.start();
    assertThat(process.inputReader(UTF_8).readLine()).isEqualTo("ready");
    return process;
  }

  private static int run(List<String> shell, String script, String... arguments) throws Exception {
    List<String> command =
        Stream.of(shell.stream(), Stream.of("-c", script, "sh"), Stream.of(arguments))
            .flatMap(part -> part)
            .toList();
    Process process = new ProcessBuilder(command).inheritIO().start();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  private static String id(Process process) {
    return Long.toString(process.pid());
  }

  @ParameterizedTest
  @MethodSource("shells")
  void whatObeysIsStopped(List<String> shell) throws Exception {
    Process leader = started(nonce, "setsid", "/bin/sh", "-c", "sleep 100 & echo ready; wait");
    assertThat(run(shell, ProcessTrees.STOP, "200", nonce + "/" + id(leader))).isZero();
    assertThat(leader.waitFor(5, TimeUnit.SECONDS)).isTrue();
    assertThat(leader.descendants()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("shells")
  void whatObeysIsStoppedWhereNoGrepReadsBytes(List<String> shell) throws Exception {
    String script = ProcessTrees.STOP.replace("has_grep=yes", "has_grep=");
    assertThat(script).isNotEqualTo(ProcessTrees.STOP);
    Process leader = started(nonce, "setsid", "/bin/sh", "-c", "sleep 100 & echo ready; wait");
    assertThat(run(shell, script, "200", nonce + "/")).isZero();
    assertThat(leader.waitFor(5, TimeUnit.SECONDS)).isTrue();
    assertThat(leader.descendants()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("shells")
  void whatIgnoresTermIsKilled(List<String> shell) throws Exception {
    String script = "trap '' TERM; echo ready; while :; do sleep 0.1; done";
    Process leader = started(nonce, "/bin/sh", "-c", script);
    assertThat(run(shell, ProcessTrees.STOP, "20", nonce + "/")).isZero();
    assertThat(leader.waitFor(5, TimeUnit.SECONDS)).isTrue();
    assertThat(leader.exitValue()).isEqualTo(137);
  }

  @ParameterizedTest
  @MethodSource("shells")
  void theDeadThatNobodyBuriesAreNotTakenForLiving(List<String> shell) throws Exception {
    String script =
        "$| = 1; if (!fork) { $ENV{SANDPIPER_PROCESS} = $ARGV[0]; exec 'sleep', '100' }"
            + " select undef, undef, undef, 0.2; print \"ready\\n\"; sleep 100";
    Process parent = started("none", "perl", "-e", script, nonce);
    long began = System.nanoTime();
    assertThat(run(shell, ProcessTrees.STOP, "6000", nonce + "/")).isZero();
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofMinutes(1));
    assertThat(parent.isAlive()).isTrue(); // so the dead child is still unburied
    parent.destroyForcibly().waitFor();
  }

  @ParameterizedTest
  @MethodSource("shells")
  void aNameThatLooksLikeARecordMisleadsNobody(List<String> shell) throws Exception {
    Process stranger = started("none", "/bin/sh", "-c", "echo ready; read -r x");
    Process leader = named("x)\\n" + id(stranger) + " (y) S 1");
    assertThat(run(shell, ProcessTrees.STOP, "200", nonce + "/" + id(leader))).isZero();
    assertThat(leader.waitFor(5, TimeUnit.SECONDS)).isTrue();
    assertThat(stranger.isAlive()).isTrue();
    stranger.destroyForcibly().waitFor();
  }

  @ParameterizedTest
  @MethodSource("shells")
  void aNameThatIsAPatternRunsNoFileName(List<String> shell, @TempDir Path directory)
      throws Exception {
    for (int i = 0; i < 30; i++) {
      Files.createFile(directory.resolve("a;echo>hit;" + i));
    }
    Process leader = named("* *\\nx");
    String script = "cd " + directory + "; " + ProcessTrees.STOP;
    assertThat(run(shell, script, "200", nonce + "/" + id(leader))).isZero();
    assertThat(leader.waitFor(5, TimeUnit.SECONDS)).isTrue();
    assertThat(directory.resolve("hit")).doesNotExist();
  }

  /** A process of this name, which overwrites its environment. */
  private Process named(String name) throws IOException {
    String script = "$| = 1; $0 = \"" + name + "\"; print \"ready\\n\"; sleep 100";
    return started(nonce, "perl", "-e", script);
  }

  @ParameterizedTest
  @MethodSource("shells")
  void aNumberThatBelongsToAnotherIsLeftAlone(List<String> shell) throws Exception {
    Process other = started(Nonce.random(), "/bin/sh", "-c", "echo ready; read -r x");
    assertThat(run(shell, ProcessTrees.STOP, "200", nonce + "/" + id(other))).isZero();
    assertThat(other.isAlive()).isTrue();
    other.destroyForcibly().waitFor();
  }

  @ParameterizedTest
  @MethodSource("shells")
  void severalAreStoppedByOne(List<String> shell) throws Exception {
    String second = Nonce.random();
    Process one = started(nonce, "/bin/sh", "-c", "echo ready; read -r x");
    Process two = started(second, "setsid", "-w", "/bin/sh", "-c", "echo ready; read -r x");
    assertThat(run(shell, ProcessTrees.STOP, "200", nonce + "/", second + "/")).isZero();
    assertThat(one.waitFor(5, TimeUnit.SECONDS)).isTrue();
    assertThat(two.waitFor(5, TimeUnit.SECONDS)).isTrue();
  }

  @ParameterizedTest
  @MethodSource("shells")
  void whatItStartsToEndInOrderIsLetDoSo(List<String> shell) throws Exception {
    String script =
        "trap 'echo term; sleep 0.3; sleep 0.3; setsid sleep 0.3; echo done; exit' TERM;"
            + " echo ready; while :; do sleep 0.05; done";
    Process leader = started(nonce, "setsid", "-w", "/bin/sh", "-c", script);
    assertThat(run(shell, ProcessTrees.STOP, "500", nonce + "/")).isZero();
    assertThat(leader.inputReader(UTF_8).lines().filter(line -> !line.equals("Terminated")))
        .containsExactly("term", "done");
  }

  @ParameterizedTest
  @MethodSource("shells")
  void signalsReachTheWholeGroup(List<String> shell) throws Exception {
    String script = "trap 'exit 9' USR1; echo ready; while :; do sleep 0.05; done";
    Process leader = started(nonce, "setsid", "/bin/sh", "-c", script);
    assertThat(run(shell, ProcessTrees.SIGNAL, id(leader), "USR1")).isZero();
    assertThat(leader.waitFor(5, TimeUnit.SECONDS)).isTrue();
    assertThat(leader.exitValue()).isIn(9, 138);
  }
}
