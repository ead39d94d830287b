package dev.sandpiper.testkit.promises;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.Command;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.OutputGap;
import dev.sandpiper.ProcessInfo;
import dev.sandpiper.ProcessInfo.State;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.Signal;
import dev.sandpiper.e2b.E2bCommand;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Signals and lists, on real processes. */
class SignalsAndListsTest extends LocalE2bTest {

  /** Blocks until the process has written something. */
  private static void awaitOutput(Process process) {
    assertThat(process.events().next()).isInstanceOf(ProcessEvent.Output.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"HUP", "INT", "USR1", "USR2", "TERM", "KILL", "PIPE", "ALRM"})
  void aSignalThatNobodyHandlesEndsTheProcess(String name) throws Exception {
    try (Process process = sandbox.processes().start(Command.of("sleep", "60"))) {
      assertThat(process.signal(Signal.of(name))).isTrue();
      assertThat(process.waitFor()).isEqualTo(new ExitStatus.Signaled(Signal.of(name)));
      assertThat(process.signal(Signal.of(name))).isFalse();
    }
  }

  @Test
  void lastWordsAreNeverLost() throws Exception {
    String script = "trap 'seq 2000; exit 5' TERM; echo ready; while :; do sleep 0.02; done";
    for (int i = 0; i < 10; i++) {
      try (Process process = sandbox.processes().start(Command.shell(script))) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Thread signaller =
            new Thread(
                () -> {
                  await("the trap", () -> out.size() > 0);
                  process.signal(Signal.TERM);
                });
        signaller.start();
        assertThat(process.transferTo(out, OutputStream.nullOutputStream()))
            .isEqualTo(new ExitStatus.Exited(5));
        assertThat(out.toString(UTF_8)).endsWith("\n2000\n");
        signaller.join();
      }
    }
  }

  @Test
  void childrenInTheGroupGetTheSignalToo() throws Exception {
    try (Process process =
        sandbox.processes().start(Command.shell("sleep 60 & echo ready; wait"))) {
      awaitOutput(process);
      assertThat(process.signal(Signal.TERM)).isTrue();
      assertThat(process.waitFor()).isEqualTo(new ExitStatus.Signaled(Signal.TERM));
    }
  }

  @Test
  void withoutSetsidTheProcessAloneGetsTheSignal() throws Exception {
    Command command = Command.of("/bin/sleep", "60");
    try (Sandbox bare = client.create(SandboxSpec.standard().environment("PATH", "/nowhere"));
        Process process = bare.processes().start(command)) {
      assertThat(process.signal(Signal.INT)).isTrue();
      assertThat(process.waitFor()).isEqualTo(new ExitStatus.Signaled(Signal.INT));
    }
  }

  @Test
  void aProcessCanBeStoppedAndGoOn() throws Exception {
    try (Process process =
        sandbox.processes().start(Command.shell("while :; do echo x >> ticks; sleep 0.02; done"))) {
      await("ticks", () -> sandbox.files().exists("ticks"));
      assertThat(process.signal(Signal.STOP)).isTrue();
      String pid = process.ref().processId();
      await(
          "its rest",
          () ->
              sandbox
                  .shell("cut -d' ' -f3 /proc/" + pid + "/stat")
                  .stdout()
                  .text()
                  .strip()
                  .matches("T|D")); // D: it waits for a child that was stopped before its exec
      assertThat(process.signal(Signal.CONT)).isTrue();
      assertThat(process.signal(Signal.KILL)).isTrue();
      assertThat(process.waitFor()).isEqualTo(new ExitStatus.Signaled(Signal.KILL));
    }
  }

  @Test
  void aListShowsWhatWasAskedFor() {
    Command command =
        Command.of("sleep", "60").directory(sandbox.homeDirectory()).environment("A", "b c");
    try (Process plain = sandbox.processes().start(command);
        Process tagged =
            sandbox.processes().start(E2bCommand.tagged(Command.shell("sleep 60; :"), "web"))) {
      List<ProcessInfo> list = sandbox.processes().list();
      assertThat(list).extracting(ProcessInfo::ref).contains(plain.ref(), tagged.ref());
      ProcessInfo first = info(list, plain);
      assertThat(first.command()).containsExactly("sleep", "60");
      assertThat(first.environment()).containsEntry("A", "b c").hasSize(1);
      assertThat(first.directory()).contains(sandbox.homeDirectory());
      assertThat(first.tag()).isEmpty();
      assertThat(first.state()).isEqualTo(State.RUNNING);
      ProcessInfo second = info(list, tagged);
      assertThat(second.tag()).contains("web");
      assertThat(second.command()).containsExactly("/bin/sh", "-c", "sleep 60; :");
      assertThat(second.environment()).isEmpty();
    }
  }

  private static ProcessInfo info(List<ProcessInfo> list, Process process) {
    return list.stream().filter(info -> info.ref().equals(process.ref())).findFirst().orElseThrow();
  }

  @Test
  void aDeadShellWhoseChildHoldsItsOutputsHasExited() throws Exception {
    try (Process process = sandbox.processes().start(Command.shell("sleep 60 & echo $!"))) {
      awaitOutput(process);
      await(
          "the shell's death",
          () -> info(sandbox.processes().list(), process).state() == State.EXITED);
      assertThat(process.onExit()).isNotDone();
    }
  }

  @Test
  void aTagFindsItsProcessAmongOthersThatHaveTags() throws Exception {
    try (Process other =
            sandbox.processes().start(E2bCommand.tagged(Command.of("sleep", "60"), "db"));
        Process web =
            sandbox.processes().start(E2bCommand.tagged(Command.of("sleep", "60"), "web"));
        Process found = sandbox.processes().attachTagged("web");
        Process foundOther = sandbox.processes().attachTagged("db")) {
      assertThat(found.ref()).isEqualTo(web.ref());
      assertThat(foundOther.ref()).isEqualTo(other.ref());
      assertThat(found.events().next()).isInstanceOf(OutputGap.class);
      web.signal(Signal.KILL);
      assertThat(found.onExit().get(10, TimeUnit.SECONDS))
          .isEqualTo(new ExitStatus.Signaled(Signal.KILL));
    }
  }

  @Test
  void aTagOfTwoIsRefusedWithBothNumbers() {
    try (Process one =
            sandbox.processes().start(E2bCommand.tagged(Command.of("sleep", "60"), "web"));
        Process two =
            sandbox.processes().start(E2bCommand.tagged(Command.of("sleep", "60"), "web"))) {
      assertThatThrownBy(() -> sandbox.processes().attachTagged("web"))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining(one.ref().processId())
          .hasMessageContaining(two.ref().processId());
    }
  }

  @Test
  void codeThatKnowsTheJdksProcessesCanDriveOne() throws Exception {
    try (Process process =
        sandbox.processes().start(Command.shell("read line; echo got $line; exit 3").openStdin())) {
      java.lang.Process java = process.asJavaProcess();
      java.getOutputStream().write("hello\n".getBytes(UTF_8));
      java.getOutputStream().flush();
      assertThat(java.inputReader(UTF_8).readLine()).isEqualTo("got hello");
      assertThat(java.waitFor()).isEqualTo(3);
    }
    try (Process process = sandbox.processes().start(Command.of("sleep", "60"))) {
      java.lang.Process java = process.asJavaProcess();
      java.destroyForcibly();
      assertThat(java.waitFor()).isEqualTo(137);
    }
  }
}
