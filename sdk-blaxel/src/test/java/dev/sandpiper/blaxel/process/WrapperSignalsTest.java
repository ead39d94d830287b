package dev.sandpiper.blaxel.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.testing.Patience;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Signals to the wrapper and to its command, and the watchdog that sends one. */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class WrapperSignalsTest extends WrapperOnThisMachine {
  private void awaitName(String part) {
    Patience.until(part, () -> names().stream().anyMatch(name -> name.contains(part)));
  }

  @ParameterizedTest
  @MethodSource("shells")
  void aDeathBySignalIsToldFromAnExitWithItsCode(String shell) throws Exception {
    for (String lines : List.of("", "8193")) {
      Run run = new Run(shell);
      run.lines = lines;
      run.id = "sp-died" + lines;
      run.run("/bin/sh", "-c", "kill -KILL $$");
      assertThat(all()).contains("x.1." + (256 + 9));
      run.id = "sp-exited" + lines;
      run.run("/bin/sh", "-c", "exit 137");
      assertThat(all()).contains("x.1.137");
    }
  }

  @ParameterizedTest
  @MethodSource("shells")
  void signalsReachTheCommandAndSpareTheRest(String shell) throws Exception {
    java.lang.Process process =
        new Run(shell)
            .start(
                "perl", // since who started this build may ignore INT, and a shell keeps that
                "-e",
                "$SIG{INT} = 'DEFAULT'; exec @ARGV",
                "/bin/sh",
                "-c",
                "trap 'echo last; exit 9' INT; echo go; while :; do sleep 0.05; done");
    Patience.until("it runs", () -> Files.exists(out().resolve("sp-1.o.0")) && !text().isEmpty());
    kill("INT", process.pid());
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();

    assertThat(process.exitValue()).isEqualTo(9);
    assertThat(text("sp-1.o.0")).isEqualTo("go\nlast\n");
  }

  @ParameterizedTest
  @MethodSource("shells")
  void aCommandHasEverySignalAsItIsWithoutAWrapper(String shell) throws Exception {
    String[] command = {"grep", "-E", "^Sig(Ign|Cgt)", "/proc/self/status"};
    new Run(shell).run(command);

    byte[] plain = new ProcessBuilder(command).start().getInputStream().readAllBytes();
    assertThat(text("sp-1.o.0")).isEqualTo(new String(plain, UTF_8));
  }

  @ParameterizedTest
  @MethodSource("shells")
  void whenAllAreKilledTheOutputIsWholeAndThereIsNoExit(String shell) throws Exception {
    java.lang.Process process = new Run(shell).start("/bin/sh", "-c", "echo go; exec sleep 1000");
    Patience.until("it runs", () -> !text().isEmpty());
    awaitName(".e.0"); // its writer has left the group
    kill("KILL", process.pid());
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    awaitName(".O.1.3.0");
    awaitName(".E.1.0.0");

    assertThat(names()).noneMatch(name -> name.contains(".x."));
  }

  @ParameterizedTest
  @MethodSource("shells")
  void aCommandWhoseClientDiedIsStoppedByTheWatchdog(String shell) throws Exception {
    Run run = new Run(shell);
    run.seconds = "1";
    assertThat(run.run("/bin/sh", "-c", "echo go; exec sleep 1000")).isEqualTo(143);

    assertThat(names()).contains("sp-1.x.1." + (256 + 15), "sp-1.O.1.3.0");
  }

  @ParameterizedTest
  @MethodSource("shells")
  void aWatchdogEndsWithItsCommand(String shell) throws Exception {
    Run run = new Run(shell);
    run.seconds = "777";
    run.environment.put("SANDPIPER_WATCHED", directory.toString());
    assertThat(run.run("true")).isZero();

    String all =
        new String(
            new ProcessBuilder("ps", "-eo", "args").start().getInputStream().readAllBytes(), UTF_8);
    assertThat(all.lines()).noneMatch(line -> line.equals("sleep 777"));
  }
}
