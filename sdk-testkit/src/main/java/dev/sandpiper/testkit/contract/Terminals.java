package dev.sandpiper.testkit.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.Capability;
import dev.sandpiper.Command;
import dev.sandpiper.EventStream;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessEvent.OutputGap;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.SandboxIOException;
import dev.sandpiper.Signal;
import dev.sandpiper.Terminal;
import dev.sandpiper.TerminalSize;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;

/** Commands in a terminal of their own. */
@Needs({Capability.TERMINAL, Capability.EXIT_STATUS})
interface Terminals extends Facts {
  TerminalSize SIZE = new TerminalSize(80, 24);

  private Terminal start(Command command) {
    return sandbox().processes().startTerminal(command, SIZE);
  }

  private static String shown(Terminal terminal) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    terminal.transferTo(out, OutputStream.nullOutputStream());
    return out.toString(UTF_8);
  }

  private static void type(Terminal terminal, String keys) throws IOException {
    terminal.stdin().write(keys.getBytes(UTF_8));
    terminal.stdin().flush();
  }

  private static void awaitShown(EventStream<ProcessEvent> events, String expected) {
    StringBuilder seen = new StringBuilder();
    while (seen.indexOf(expected) < 0) {
      ProcessEvent event = events.next();
      assertThat(event).as("what came before the end: " + seen).isNotNull();
      if (event instanceof Output output) {
        assertThat(output.channel()).isEqualTo(Channel.TERMINAL);
        seen.append(output.text());
      }
    }
  }

  @Fact
  default void theFirstOutputIsNeverLost() throws Exception {
    for (int i = 0; i < 30; i++) {
      try (Terminal terminal = start(Command.of("echo", "first words"))) {
        assertThat(shown(terminal)).isEqualTo("first words\r\n");
        assertThat(terminal.waitFor()).isEqualTo(new ExitStatus.Exited(0));
      }
    }
  }

  @Fact
  default void aProgramSeesATerminalWithItsSizeAndType() throws Exception {
    Command command =
        Command.shell("test -t 0 && test -t 1 && test -t 2 && stty size && echo $TERM $LANG");
    try (Terminal terminal = start(command)) {
      assertThat(shown(terminal)).isEqualTo("24 80\r\nxterm-256color C.UTF-8\r\n");
    }
    assertThat(sandbox().capabilities()).contains(Capability.TERMINAL);
  }

  @Fact
  default void aChangeOfSizeIsReported() throws Exception {
    Command command =
        Command.shell("trap 'stty size; exit 5' WINCH; echo ready; while :; do sleep 0.05; done");
    try (Terminal terminal = start(command)) {
      EventStream<ProcessEvent> events = terminal.events();
      awaitShown(events, "ready");
      terminal.resize(new TerminalSize(132, 43));
      awaitShown(events, "43 132");
      assertThat(terminal.waitFor()).isEqualTo(new ExitStatus.Exited(5));
    }
  }

  @Fact
  default void controlCInterrupts() throws Exception {
    RunningCommands running = new RunningCommands(sandbox());
    try (Terminal terminal = start(running.script("sleep 900"))) {
      running.awaitSleepers(1);
      type(terminal, "\u0003");
      assertThat(terminal.waitFor()).isEqualTo(new ExitStatus.Signaled(Signal.INT));
    }
  }

  @Fact
  default void closingTheInputIsTheEndOfFile() throws Exception {
    try (Terminal terminal = start(Command.of("cat"))) {
      type(terminal, "typed\n");
      terminal.stdin().close();
      assertThat(shown(terminal)).isEqualTo("typed\r\ntyped\r\n");
      assertThat(terminal.waitFor()).isEqualTo(new ExitStatus.Exited(0));
    }
  }

  @Fact
  default void aShellIsTypedInto() throws Exception {
    try (Terminal terminal = start(Command.of("/bin/sh", "-i").environment("PS1", "> "))) {
      type(terminal, "echo $((6 * 7)); exit 3\n");
      assertThat(shown(terminal)).contains("42\r\n");
      assertThat(terminal.waitFor()).isEqualTo(new ExitStatus.Exited(3));
    }
  }

  @Fact
  default void anInteractiveShellThatIgnoresTermIsStoppedByClosing() throws Exception {
    RunningCommands running = new RunningCommands(sandbox());
    String script = "trap '' TERM; echo ready; sleep " + running.mark();
    Terminal terminal = start(Command.of("/bin/sh", "-ic", script));
    try (terminal) {
      awaitShown(terminal.events(), "ready");
    }
    running.assertStopped();
  }

  @Fact
  default void itIsStoppedAtItsDeadline() {
    Command command = Command.of("sleep", "60").timeout(Duration.ofSeconds(2));
    try (Terminal terminal = start(command)) {
      assertThat(terminal.onExit()).failsWithin(Duration.ofSeconds(10));
    }
  }

  @Fact
  default void itIsAttachedToFromElsewhere() throws Exception {
    Terminal first = start(Command.of("/bin/sh", "-i"));
    ProcessRef ref = ProcessRef.parse(first.detach().toString());
    try (Terminal again = sandbox().processes().attachTerminal(ref)) {
      assertThat(again.events().next())
          .isInstanceOfSatisfying(
              OutputGap.class, gap -> assertThat(gap.channel()).isEqualTo(Channel.TERMINAL));
      again.resize(new TerminalSize(100, 30));
      type(again, "exit 4\n");
      assertThat(again.waitFor()).isEqualTo(new ExitStatus.Exited(4));
      assertThatThrownBy(() -> again.resize(SIZE)).isInstanceOf(NotFoundException.class);
    }
  }

  @Fact
  default void whatHasNoTerminalIsNotResizedOrTypedInto() throws Exception {
    try (Process process = sandbox().processes().start(Command.of("cat").openStdin());
        Terminal attached = sandbox().processes().attachTerminal(process.ref())) {
      assertThatThrownBy(() -> attached.resize(SIZE))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("has no terminal");
      assertThatThrownBy(() -> type(attached, "x"))
          .isInstanceOfSatisfying(
              SandboxIOException.class,
              e -> assertThat(e.getCause()).isInstanceOf(InvalidRequestException.class));
    }
  }

  @Fact
  default void aTerminalThatIsAttachedToAsAProcessSaysSo() throws Exception {
    try (Terminal terminal = start(Command.of("cat"));
        Process attached = sandbox().processes().attach(terminal.ref())) {
      attached.stdin().write('x');
      assertThatThrownBy(() -> attached.stdin().flush()).hasMessageContaining("attachTerminal");
    }
  }

  @Fact
  default void aProgramThatIsMissingIsExitCode127() throws Exception {
    try (Terminal terminal = start(Command.of("no-such-program"))) {
      assertThat(shown(terminal)).contains("no-such-program");
      assertThat(terminal.waitFor()).isEqualTo(new ExitStatus.Exited(127));
    }
  }

  @Fact
  default void aMegabyteIsShownExactly() throws Exception {
    Command command = Command.shell("stty -opost; head -c 1000000 /dev/zero | tr '\\0' x");
    try (Terminal terminal = start(command)) {
      assertThat(shown(terminal)).isEqualTo("x".repeat(1_000_000));
    }
  }

  @Fact
  default void itsJobsGoWithIt() throws Exception {
    RunningCommands running = new RunningCommands(sandbox());
    Terminal terminal = start(Command.of("bash", "-i"));
    type(terminal, "sleep " + running.mark() + " &\nnohup sleep " + running.mark() + " &\n");
    running.awaitSleepers(2);
    terminal.close();
    running.assertStopped();
  }
}
