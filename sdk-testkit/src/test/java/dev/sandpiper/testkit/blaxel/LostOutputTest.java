package dev.sandpiper.testkit.blaxel;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.Command;
import dev.sandpiper.EventStream;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Ended;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessEvent.OutputGap;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.Signal;
import dev.sandpiper.blaxel.BlaxelProcess;
import dev.sandpiper.blaxel.BlaxelSandbox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What is kept of a command's output is taken away: it ends all the same, and says what is lost.
 */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class LostOutputTest {
  @RegisterExtension final LocalClient local = new LocalClient();

  private static void assertGapAndExit(BlaxelSandbox sandbox, String script, int code) {
    List<ProcessEvent> events = new ArrayList<>();
    try (Process process = sandbox.processes().start(Command.shell(script))) {
      process.events().forEach(events::add);
    }
    assertThat(events)
        .anyMatch(event -> event instanceof OutputGap gap && gap.channel() == Channel.STDOUT);
    assertThat(events).endsWith(new Ended(new ExitStatus.Exited(code)));
  }

  @Test
  void aCommandThatRemovesItsOutputEnds() {
    assertGapAndExit(local.sandbox(), "echo a; sleep 2; rm -rf " + local.output() + "; exit 3", 3);

    assertThat(local.output()).doesNotExist();
  }

  @Test
  void aCommandThatRemovesItsOutputAtOnceEnds() {
    BlaxelSandbox sandbox = local.sandbox();
    sandbox.exec("true");
    // The writers may be making files meanwhile.
    String removing = "while [ -e OUT ]; do rm -rf OUT; done; exit 4";
    assertGapAndExit(sandbox, removing.replace("OUT", local.output().toString()), 4);

    assertThat(local.output()).doesNotExist();
  }

  @Test
  void aCommandWhoseWritersAreKilledEnds() throws Exception {
    BlaxelSandbox sandbox = local.sandbox();
    try (Process process =
            sandbox
                .processes()
                .start(Command.shell("ps -o sid= -p $$; while sleep 0.1; do :; done & wait"));
        EventStream<ProcessEvent> events = process.events()) {
      Output first = (Output) requireNonNull(events.next());
      kill(writers(sandbox, Integer.parseInt(first.text().strip())));
      process.signal(Signal.KILL);

      List<ProcessEvent> rest = new ArrayList<>();
      events.forEach(rest::add);
      assertThat(rest).last().isInstanceOf(Ended.class);
      assertThat(rest).anyMatch(OutputGap.class::isInstance);
    }
  }

  @Test
  void anExitWithoutTheEndOfItsOutputsIsToldWithAGap() throws Exception {
    BlaxelSandbox sandbox = local.sandbox();
    String gate = gate();
    try (Process process =
            sandbox
                .processes()
                .start(Command.shell("ps -o sid= -p $$; read -r x <" + gate + "; exit 6"));
        EventStream<ProcessEvent> events = process.events()) {
      Output first = (Output) requireNonNull(events.next());
      kill(writers(sandbox, Integer.parseInt(first.text().strip())));
      Files.writeString(Path.of(gate), "go\n");

      List<ProcessEvent> rest = new ArrayList<>();
      events.forEach(rest::add);
      assertThat(rest).last().isEqualTo(new Ended(new ExitStatus.Exited(6)));
      assertThat(rest).anyMatch(OutputGap.class::isInstance);
    }
  }

  @Test
  void aCommandWhoseLeaderIsKilledAloneEnds() throws Exception {
    BlaxelSandbox sandbox = local.sandbox();
    try (BlaxelProcess process = sandbox.processes().start(Command.shell("echo go; sleep 1000"));
        EventStream<ProcessEvent> events = process.events()) {
      assertThat(events.next()).isInstanceOf(Output.class);
      long leader = process.details().pid();
      assertThat(ProcessHandle.of(leader).orElseThrow().destroyForcibly()).isTrue();

      List<ProcessEvent> rest = new ArrayList<>();
      events.forEach(rest::add);
      assertThat(rest).last().isEqualTo(new Ended(new ExitStatus.Signaled(Signal.UNKNOWN)));
      assertThat(rest).anyMatch(OutputGap.class::isInstance);
    }
  }

  @Test
  void attachingToACommandWhoseOutputIsGoneTellsItsEnd() throws Exception {
    BlaxelSandbox sandbox = local.sandbox();
    String gate = gate();
    ProcessRef ref;
    try (Process process =
        sandbox.processes().start(Command.shell("echo a; read -r x <" + gate + "; exit 5"))) {
      process.events().next();
      ref = process.detach();
    }
    assertThat(new ProcessBuilder("rm", "-rf", local.output().toString()).start().waitFor())
        .isZero();
    try (Process again = local.again(sandbox).processes().attach(ref)) {
      Files.writeString(Path.of(gate), "go\n");

      assertThat(again.waitFor()).isEqualTo(new ExitStatus.Exited(5));
    }
  }

  @Test
  void aPositionBehindTheEndIsAnErrorAndNoEnd() throws Exception {
    BlaxelSandbox sandbox = local.sandbox();
    String gate = gate();
    ProcessRef ref;
    String position;
    try (Process process =
            sandbox.processes().start(Command.shell("echo abc; read -r x <" + gate + "; echo d"));
        EventStream<ProcessEvent> events = process.events()) {
      events.next();
      position = events.position().replaceFirst("\\d+", "999");
      ref = process.detach();
    }
    assertThatThrownBy(() -> local.again(sandbox).processes().attach(ref, position))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("999");
    Files.writeString(Path.of(gate), "go\n");
    assertThatThrownBy(
            () -> {
              try (Process late = local.again(sandbox).processes().attach(ref, position)) {
                late.waitFor();
              }
            })
        .isInstanceOf(InvalidRequestException.class);
  }

  private String gate() throws Exception {
    String gate = local.directory().resolve("gate").toString();
    assertThat(new ProcessBuilder("mkfifo", gate).start().waitFor()).isZero();
    return gate;
  }

  /** The sandbox's processes that write output down, beside the session of the command. */
  private List<ProcessHandle> writers(BlaxelSandbox sandbox, int session) throws IOException {
    List<ProcessHandle> found = new ArrayList<>();
    for (ProcessHandle each : local.processes(sandbox)) {
      Path proc = Path.of("/proc/" + each.pid());
      String stat = Files.readString(proc.resolve("stat"));
      String[] behindName = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      boolean isBeside = Integer.parseInt(behindName[3]) != session;
      if (isBeside && writesBelow(proc, local.output())) {
        found.add(each);
      }
    }
    return found;
  }

  private static boolean writesBelow(Path proc, Path directory) throws IOException {
    String command = Files.readString(proc.resolve("cmdline"));
    return command.startsWith("dd\0") || command.contains("\0" + directory);
  }

  private static void kill(List<ProcessHandle> writers) throws InterruptedException {
    assertThat(writers).isNotEmpty();
    writers.forEach(ProcessHandle::destroyForcibly);
    for (ProcessHandle each : writers) {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
      while (isAlive(each) && System.nanoTime() < end) {
        Thread.sleep(5);
      }
    }
  }

  private static boolean isAlive(ProcessHandle process) {
    try {
      String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
    } catch (IOException e) {
      return false;
    }
  }
}
