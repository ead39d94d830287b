package dev.sandpiper.blaxel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The scripts that run inside, by the shells of this machine, against real process groups. */
@EnabledOnOs(OS.LINUX)
class StopGroupTest {

  static Stream<List<String>> shells() {
    return Stream.of(
            List.of("/bin/sh"),
            List.of("/bin/dash"),
            List.of("/bin/bash"),
            List.of("/bin/busybox", "sh"))
        .filter(shell -> new File(shell.get(0)).canExecute());
  }

  /** A group of its own, which has told that it is ready. */
  private static java.lang.Process group(String script) throws IOException {
    java.lang.Process leader =
        new ProcessBuilder("setsid", "/bin/sh", "-c", script).redirectErrorStream(true).start();
    var output =
        new BufferedReader(new InputStreamReader(leader.getInputStream(), StandardCharsets.UTF_8));
    assertThat(Objects.requireNonNull(output.readLine())).isEqualTo("ready");
    return leader;
  }

  private static int run(List<String> shell, String script, String... arguments) throws Exception {
    List<String> command =
        Stream.of(shell.stream(), Stream.of("-c", script, "sh"), Stream.of(arguments))
            .flatMap(part -> part)
            .toList();
    java.lang.Process process = new ProcessBuilder(command).inheritIO().start();
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  private static String id(java.lang.Process process) {
    return Long.toString(process.pid());
  }

  @ParameterizedTest
  @MethodSource("shells")
  void whatObeysIsStopped(List<String> shell) throws Exception {
    java.lang.Process leader = group("sleep 100 & echo ready; wait");
    assertThat(run(shell, Scripts.STOP_GROUP, id(leader), "40")).isZero();
    assertThat(leader.waitFor(5, TimeUnit.SECONDS)).isTrue();
  }

  @ParameterizedTest
  @MethodSource("shells")
  void whatIgnoresTermIsKilled(List<String> shell) throws Exception {
    java.lang.Process leader = group("trap '' TERM; echo ready; while :; do sleep 0.1; done");
    assertThat(run(shell, Scripts.STOP_GROUP, id(leader), "4")).isZero();
    assertThat(leader.waitFor(5, TimeUnit.SECONDS)).isTrue();
    assertThat(leader.exitValue()).isEqualTo(137);
  }

  @ParameterizedTest
  @MethodSource("shells")
  void theDeadThatNobodyBuriesAreNotTakenForLiving(List<String> shell) throws Exception {
    // The parent leaves the child behind in a group that it has left itself, and never waits.
    java.lang.Process leader =
        new ProcessBuilder(
                "perl",
                "-e",
                "$c = fork; if (!$c) { setpgrp(0, 0); sleep 100; exit }"
                    + " setpgrp($c, $c); $| = 1; print \"$c\\n\"; sleep 100")
            .start();
    String group =
        Objects.requireNonNull(
            new BufferedReader(
                    new InputStreamReader(leader.getInputStream(), StandardCharsets.UTF_8))
                .readLine());
    long began = System.nanoTime();
    assertThat(run(shell, Scripts.STOP_GROUP, group, "200")).isZero();
    assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began)).isLessThan(8);
    assertThat(leader.isAlive()).isTrue(); // so the dead child is still unburied
    leader.destroyForcibly().waitFor();
  }

  @ParameterizedTest
  @MethodSource("shells")
  void signalsReachTheWholeGroup(List<String> shell) throws Exception {
    java.lang.Process leader =
        group("trap 'exit 9' USR1; echo ready; while :; do sleep 0.05; done");
    assertThat(run(shell, Scripts.SIGNAL, id(leader), "USR1")).isZero();
    assertThat(leader.waitFor(5, TimeUnit.SECONDS)).isTrue();
    assertThat(leader.exitValue()).isIn(9, 138);
  }

  @ParameterizedTest
  @MethodSource("shells")
  void whatIsGoneIsStoppedAlready(List<String> shell) throws Exception {
    java.lang.Process leader = group("echo ready");
    leader.waitFor();
    assertThat(run(shell, Scripts.STOP_GROUP, id(leader), "40")).isZero();
  }
}
