package dev.sandpiper.testkit.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.Capability;
import dev.sandpiper.Command;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessInfo;
import dev.sandpiper.ProcessInfo.State;
import dev.sandpiper.Signal;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Processes receive signals, and appear in lists. */
@Needs({Capability.SIGNALS, Capability.LISTS, Capability.EXIT_STATUS})
interface SignalsAndLists extends Facts {

  /** Blocks until the process has written something. */
  private static void awaitOutput(Process process) {
    assertThat(process.events().next()).isInstanceOf(ProcessEvent.Output.class);
  }

  @ParameterizedTest
  @Needs(Capability.EXIT_SIGNALS)
  @ValueSource(strings = {"HUP", "INT", "USR1", "USR2", "TERM", "KILL", "PIPE", "ALRM"})
  default void aSignalThatNobodyHandlesEndsTheProcess(String name) throws Exception {
    try (Process process = sandbox().processes().start(Command.of("sleep", "60"))) {
      assertThat(process.signal(Signal.of(name))).isTrue();
      assertThat(process.waitFor()).isEqualTo(new ExitStatus.Signaled(Signal.of(name)));
      assertThat(process.signal(Signal.of(name))).isFalse();
    }
  }

  @Fact
  default void lastWordsAreNeverLost() throws Exception {
    String script = "trap 'seq 2000; exit 5' TERM; echo ready; while :; do sleep 0.02; done";
    for (int i = 0; i < 10; i++) {
      try (Process process = sandbox().processes().start(Command.shell(script))) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Thread signaller =
            new Thread(
                () -> {
                  Patience.until("the trap", () -> out.size() > 0);
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

  @Fact
  default void childrenInTheGroupGetTheSignalToo() throws Exception {
    try (Process process =
        sandbox().processes().start(Command.shell("sleep 60 & echo ready; wait"))) {
      awaitOutput(process);
      assertThat(process.signal(Signal.TERM)).isTrue();
      assertDiedOf(Signal.TERM, process.waitFor());
    }
  }

  @Fact
  default void aProcessCanBeStoppedAndGoOn() throws Exception {
    try (Process process =
        sandbox()
            .processes()
            .start(Command.shell("while :; do echo x >> ticks; sleep 0.02; done"))) {
      awaitFile("ticks");
      assertThat(process.signal(Signal.STOP)).isTrue();
      String wait = "n=$(wc -l < ticks); sleep 0.3; [ $n = $(wc -l < ticks) ]";
      Patience.until("it rests", () -> sandbox().shell(wait).exit().isSuccess());
      assertThat(process.signal(Signal.CONT)).isTrue();
      assertThat(process.signal(Signal.KILL)).isTrue();
      assertDiedOf(Signal.KILL, process.waitFor());
    }
  }

  @Fact
  @Needs(Capability.ATTACH)
  default void aListShowsWhatWasAskedFor() {
    Command command = Command.of("sleep", "60").directory(sandbox().homeDirectory());
    try (Process plain = sandbox().processes().start(command);
        Process script = processes().start(Command.shell("sleep 60; :"))) {
      List<ProcessInfo> list = sandbox().processes().list();
      assertThat(list).extracting(ProcessInfo::ref).contains(plain.ref(), script.ref());
      ProcessInfo first = info(list, plain);
      assertThat(first.command()).containsExactly("sleep", "60");
      assertThat(first.directory()).contains(sandbox().homeDirectory());
      assertThat(first.state()).isEqualTo(State.RUNNING);
      ProcessInfo second = info(list, script);
      assertThat(second.command()).containsExactly("/bin/sh", "-c", "sleep 60; :");
    }
  }

  private static ProcessInfo info(List<ProcessInfo> list, Process process) {
    return list.stream().filter(info -> info.ref().equals(process.ref())).findFirst().orElseThrow();
  }

  @Fact
  @Needs(Capability.ATTACH)
  default void aDeadShellWhoseChildHoldsItsOutputsHasExited() throws Exception {
    try (Process process = sandbox().processes().start(Command.shell("sleep 60 & echo $!"))) {
      awaitOutput(process);
      Patience.until(
          "the shell's death",
          () -> info(sandbox().processes().list(), process).state() == State.EXITED);
      assertThat(process.onExit()).isNotDone();
    }
  }

  @Fact
  @Needs(Capability.STDIN)
  default void codeThatKnowsTheJdksProcessesCanDriveOne() throws Exception {
    try (Process process =
        sandbox()
            .processes()
            .start(Command.shell("read line; echo got $line; exit 3").openStdin())) {
      java.lang.Process java = process.asJavaProcess();
      java.getOutputStream().write("hello\n".getBytes(UTF_8));
      java.getOutputStream().flush();
      assertThat(java.inputReader(UTF_8).readLine()).isEqualTo("got hello");
      assertThat(java.waitFor()).isEqualTo(3);
    }
  }

  @Fact
  @Needs(Capability.EXIT_SIGNALS)
  default void theJdksProcessHasTheExitValueThatAShellWouldShow() throws Exception {
    try (Process process = sandbox().processes().start(Command.of("sleep", "60"))) {
      java.lang.Process java = process.asJavaProcess();
      java.destroyForcibly();
      assertThat(java.waitFor()).isEqualTo(137);
    }
  }
}
