package dev.sandpiper.testkit.promises;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sandpiper.Command;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.ExecResult;
import dev.sandpiper.Process;
import dev.sandpiper.Signal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What stopping a command does to those that descend from it, on real processes. */
interface DescendantsContract {
  Process start(Command command);

  ExecResult exec(Command command);

  /** In the place of 900, so that no other test's processes are looked at. */
  String MARK = "9" + ThreadLocalRandom.current().nextInt(100_000, 1_000_000);

  private static Command script(String text) {
    return Command.shell(text.replace("900", MARK));
  }

  /** The living processes of a test, without Blaxel's wrapper, which ends a moment later. */
  private static Collection<String> processes() {
    return Leftovers.processesNaming(MARK).stream()
        .filter(process -> !process.contains("sandpiper_writer="))
        .toList();
  }

  /** Blocks until it has told that all is there; the rest of its output is read by others. */
  private static void awaitReady(Process process) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Thread reader =
        new Thread(
            () -> {
              try {
                process.transferTo(out, out);
              } catch (IOException | RuntimeException e) {
                out.writeBytes(e.toString().getBytes(UTF_8));
              }
            });
    reader.setDaemon(true);
    reader.start();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (out.toString(UTF_8).indexOf("ready") < 0) {
      assertThat(System.nanoTime()).as(out + " instead of ready").isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  private static void awaitSleepers(int count) {
    Leftovers.awaitNone(
        "missing sleepers",
        () -> {
          long found = processes().stream().filter(line -> line.contains("sleep\0" + MARK)).count();
          return found >= count ? List.of() : List.of(found + " of " + count);
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "timeout 1000 sleep 900; echo x",
        "bash -c 'set -m; sleep 900 & sleep 900 & wait'",
        "setsid sleep 900 & sleep 900",
        "python3 -c 'import subprocess; subprocess.Popen([\"sleep\", \"900\"],"
            + " start_new_session=True)'; sleep 900",
        "(setsid sh -c '(sleep 900 &) ; (sleep 900 &)' &) ; sleep 900",
        "env -i /bin/sh -c 'sleep 900 & sleep 900'",
        "timeout 1000 env -i sleep 900 & env -i sleep 900; :",
        "env -i setsid sh -c 'sleep 900 & wait' & sleep 900",
        "trap '' TERM; setsid sh -c 'trap \"\" TERM; while :; do sleep 900; done' & wait",
      })
  default void closingStopsThemAll(String script) throws Exception {
    Process process = start(script(script));
    awaitSleepers(script.startsWith("trap") ? 1 : 2);
    process.close();
    assertThat(processes()).as(script).isEmpty();
  }

  @Test
  default void killingStopsThemAllAndTheEndIsRead() throws Exception {
    try (Process process = start(script("seq 3000; setsid sleep 900 & sleep 900"))) {
      awaitSleepers(2);
      assertThat(process.isAlive()).isTrue();
      assertThat(process.kill()).isTrue();
      assertThat(processes()).isEmpty();

      ByteArrayOutputStream out = new ByteArrayOutputStream();
      assertThat(process.transferTo(out, out).isSuccess()).isFalse();
      assertThat(out.toString(UTF_8)).endsWith("\n3000\n");
      assertThat(process.isAlive()).isFalse();
      assertThat(process.kill()).isFalse();
    }
  }

  @Test
  default void atADeadlineTheOutputIsCompleteAndNothingIsLeft() throws Exception {
    String script = "seq 3000; setsid sleep 900 & timeout 900 sleep 900; echo wrong";
    long began = System.nanoTime();
    DeadlineExceededException exceeded =
        catchThrowableOfType(
            DeadlineExceededException.class,
            () -> exec(script(script).timeout(Duration.ofSeconds(2))));
    assertThat(processes()).isEmpty();
    ExecResult partial = exceeded.partialResult().orElseThrow();
    assertThat(partial.stdout().isComplete()).isTrue();
    assertThat(partial.stdout().text()).endsWith("\n3000\n");
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(9));
  }

  @Test
  default void theChildrenOfAKilledLeaderAreFound() throws Exception {
    Process process =
        start(script("setsid sleep 900 >/dev/null 2>&1 </dev/null & setsid sleep 900 & sleep 900"));
    awaitSleepers(3);
    process.signal(Signal.KILL);
    process.close();
    assertThat(processes()).isEmpty();
  }

  @Test
  default void theChildrenOfALeaderWhoseEndIsKnownAreFoundToo() throws Exception {
    Process process = start(script("setsid sleep 900 >/dev/null 2>&1 </dev/null & sleep 900"));
    awaitSleepers(2);
    process.signal(Signal.KILL);
    process.waitFor();
    assertThat(processes()).isNotEmpty();
    process.close();
    assertThat(processes()).isEmpty();
  }

  @Test
  default void whatStartsOthersWhileItIsStoppedIsStoppedWithThem() throws Exception {
    String again =
        "trap 'n=$((n + 1)); [ $n -gt 3 ] || setsid sleep 900 &' TERM; echo ready;"
            + " n=0; while :; do sleep 0.05; done";
    Process process = start(script(again));
    awaitReady(process);
    process.close();
    assertThat(processes()).isEmpty();
    Process chain =
        start(script("f() { [ $1 -gt 900 ] || { sleep 0.05; f $(($1 + 1)) & }; }; f 1; :"));
    chain.close();
    assertThat(processes()).isEmpty();
  }

  @Test
  default void aNormalEndKillsNothing() throws Exception {
    try (Process process = start(script("setsid sleep 900 >/dev/null 2>&1 </dev/null & exit 3"))) {
      assertThat(process.waitFor().code()).hasValue(3);
    }
    assertThat(processes()).hasSize(1);
    stopAll();
  }

  @Test
  default void aServerMayOutliveTheCommandThatStartedIt() throws Exception {
    Process process =
        start(
            script(
                "SANDPIPER_PROCESS=none setsid sleep 900 >/dev/null 2>&1 </dev/null &"
                    + " sleep 9001"));
    awaitSleepers(2);
    process.close();
    assertThat(processes()).singleElement().asString().endsWith(MARK + "\0");
    stopAll();
  }

  @Test
  default void othersInTheSandboxAreLeftAlone() throws Exception {
    try (Process other = start(script("setsid sleep 9001 & sleep 9002"))) {
      Process process = start(script("setsid sleep 9003 & sleep 9004"));
      awaitSleepers(4);
      process.close();
      assertThat(processes()).noneMatch(line -> line.contains(MARK + "3"));
      assertThat(processes()).anyMatch(line -> line.contains(MARK + "1"));
      assertThat(other.onExit()).isNotDone();
    }
    assertThat(processes()).isEmpty();
  }

  @Test
  default void manyAreStoppedTogether() throws Exception {
    List<Process> all = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      all.add(start(script("setsid sleep 900 & sleep 900")));
    }
    awaitSleepers(48);
    List<Thread> closers =
        all.stream()
            .map(
                process -> {
                  Thread closer = new Thread(process::close);
                  closer.start();
                  return closer;
                })
            .toList();
    for (Thread closer : closers) {
      closer.join();
    }
    assertThat(processes()).isEmpty();
  }

  /** Ends what a test has left alive on purpose. */
  private static void stopAll() {
    for (String line : processes()) {
      String pid = line.substring(0, line.indexOf(' '));
      ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
    }
    Leftovers.awaitNone("processes", DescendantsContract::processes);
  }
}
