package dev.sandpiper.blaxel.process;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.engine.ProcessTrees;
import dev.sandpiper.engine.Variables;
import dev.sandpiper.testing.Patience;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a command, or its sandbox, does to the wrapper and its helpers. */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class WrapperHarmTest extends WrapperOnThisMachine {
  /** Sends a signal to the descendants of a process that have this name. */
  private static final String HIT =
      """
      hit() {
        for each in $(cat "/proc/$1/task/$1/children"); do
          read -r name <"/proc/$each/comm"
          [ "$name" != "$2" ] || kill "-$3" "$each"
          hit "$each" "$2" "$3"
        done 2>/dev/null
      }
      """;

  /** They are in the wrapper's environment, where the stop script searches. */
  @Test
  void noScriptContainsWhatTheStopScriptSearchesFor() {
    assertThat(List.of(Scripts.WRAP, Scripts.WRITE, Scripts.FEED, Scripts.WATCHDOG, Scripts.SWEEP))
        .noneMatch(script -> script.contains(Variables.PROCESS + "="));
    assertThat(ProcessTrees.STOP).doesNotContain(Variables.PROCESS + "=");
  }

  @ParameterizedTest
  @MethodSource("shells")
  void ddThatReportsBeforeItReadsLosesNothing(String shell) throws Exception {
    Run run = new Run(shell);
    run.lines = "8193";
    String usr1 = HIT + "hit $PPID dd USR1; sleep 0.3; ";
    assertThat(run.run("/bin/sh", "-c", usr1 + "echo abc; sleep 0.3; echo def; exit 5"))
        .isEqualTo(5);

    assertThat(log()).contains("x.1.5", "O.1.8.0", "E.1.0.0");
    RecordLines lines = RecordLines.of(Files.readString(directory.resolve("log")));
    assertThat(lines.held(Channel.STDOUT)).isEqualTo(8);
  }

  @ParameterizedTest
  @MethodSource("shells")
  void aHelperThatIsKilledIsNotTheCommandsDeath(String shell) throws Exception {
    Run run = new Run(shell);
    run.lines = "8193";
    run.seconds = "1000";
    String killer = HIT + "for name in sh bash dash busybox; do hit $PPID $name KILL; done";
    // The command is no descendant of itself, but its shell is of the wrapper: by another name.
    Path other = directory.resolve("command");
    Files.copy(Path.of("/bin/sh").toRealPath(), other);
    assertThat(run.run(other.toString(), "-c", killer + "; exit 137")).isEqualTo(137);

    assertThat(log()).contains("x.1.137");
  }

  @ParameterizedTest
  @ValueSource(ints = {20, 21, 22, 34})
  void aSignalThatTheCommandHandlesHarmsNoWrapper(int signal) throws Exception {
    for (String shell : shells().toList()) {
      Run run = new Run(shell);
      run.lines = "8193";
      String script = "trap 'echo got' " + signal + "; kill -" + signal + " 0; echo on; exit 6";
      assertThat(run.run("/bin/sh", "-c", script)).isEqualTo(6);

      assertThat(log()).contains("x.1.6", "O.1.7.0");
    }
  }

  @ParameterizedTest
  @MethodSource("shells")
  void whereNoProcessCanBeStartedNothingIsBegun(String shell) throws Exception {
    assumeFalse(shell.contains("bash"), "it tries again for 15 seconds");
    assumeTrue("root".equals(System.getProperty("user.name")), "only root can be limited so");
    assumeTrue(new File("/usr/bin/setpriv").canExecute());
    Path here = directory.resolve("here"); // each run is that of another user
    Files.createDirectory(here);
    assertThat(new ProcessBuilder("chmod", "-R", "a+rwx", directory.toString()).start().waitFor())
        .isZero();
    for (int limit = 1; limit <= 4; limit++) {
      for (String lines : List.of("8193", "")) {
        Run run = new Run(shell);
        run.id = "sp-" + limit + lines;
        run.lines = lines;
        run.before =
            List.of(
                "prlimit",
                "--nproc=" + limit,
                "setpriv",
                "--reuid="
                    + ((shell.hashCode() & 0xfff0) + 50_000 + 2 * limit + lines.length() / 4),
                "--clear-groups",
                "setsid",
                "-w");
        Path begun = here.resolve("begun" + run.id);
        int code = run.run("/bin/sh", "-c", "echo >" + begun + "; exit 3");
        String said = Files.readString(directory.resolve("log"));
        assertThat(code).as("limit %s: %s", limit, said).isIn(3, 75);
        assertThat(begun.toFile().exists()).as("limit %s", limit).isEqualTo(code == 3);
        assertThat(said.contains(ExitJudge.UNABLE)).isEqualTo(code == 75);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("shells")
  void aWatchdogWhoseSleepIsKilledWaitsOn(String shell) throws Exception {
    Run run = new Run(shell);
    run.lines = "8193";
    run.seconds = "1000";
    assertThat(run.run("/bin/sh", "-c", HIT + "hit $PPID sleep KILL; sleep 0.5; exit 4"))
        .isEqualTo(4);
  }

  @ParameterizedTest
  @MethodSource("shells")
  void theDeadlineStopsDescendantsThatLeftOrIgnoreIt(String shell) throws Exception {
    Run run = new Run(shell);
    run.seconds = "1";
    java.lang.Process wrapper =
        run.start(
            "/bin/sh",
            "-c",
            "setsid sleep 1001 & (trap '' TERM; while :; do sleep 0.1; done) & echo $$; wait");
    assertThat(wrapper.waitFor(30, TimeUnit.SECONDS)).isTrue();

    assertThat(names()).anyMatch(name -> name.startsWith("sp-1.x.1."));
    Patience.until("no process is left", () -> living().isEmpty());
  }

  @ParameterizedTest
  @MethodSource("shells")
  void aWatchdogDoesNotOutliveAWrapperThatWasKilled(String shell) throws Exception {
    Run run = new Run(shell);
    run.seconds = "1000";
    java.lang.Process wrapper = run.start("/bin/sh", "-c", "sleep 1002");
    Patience.until("it has begun", () -> names().stream().anyMatch(n -> n.contains(".p.1.")));
    kill("KILL", wrapper.pid());

    Patience.until("no process is left", () -> living().isEmpty());
  }

  @ParameterizedTest
  @MethodSource("shells")
  void aShortCommandThatGoesOnInFilesIsSeenToLive(String shell) throws Exception {
    Run run = new Run(shell);
    run.lines = "8193";
    run.run("/bin/sh", "-c", "seq 1 10000; sleep 0.2; ls " + out() + " >&2");

    String begun = log().stream().filter(line -> line.startsWith("p.1.")).findAny().orElseThrow();
    assertThat(names()).contains("sp-1." + begun);
  }

  /** Everybody who has our nonce or was given our directory. */
  private List<Long> living() {
    return ProcessHandle.allProcesses()
        .filter(each -> each.pid() != ProcessHandle.current().pid())
        .filter(this::isOurs)
        .map(ProcessHandle::pid)
        .toList();
  }

  private boolean isOurs(ProcessHandle each) {
    try {
      Path proc = Path.of("/proc/" + each.pid());
      String stat = Files.readString(proc.resolve("stat"));
      String environment = Files.readString(proc.resolve("environ"), ISO_8859_1);
      return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z'
          && environment.contains("SANDPIPER_TEST=" + directory + "\0");
    } catch (IOException e) {
      return false;
    }
  }
}
