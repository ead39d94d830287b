package dev.sandpiper.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.Command;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.Content;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.Failure;
import dev.sandpiper.PlatformException;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.Signal;
import dev.sandpiper.Terminal;
import dev.sandpiper.TerminalSize;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class SignalsAndTerminalsTest {
  private static final TerminalSize SIZE = new TerminalSize(80, 24);
  private static final ProcessRef REF = ProcessRef.parse("test:sandbox/7/nonce");

  private final ScriptedCommand scripted = new ScriptedCommand();
  private final Engine engine = new Engine();

  @AfterEach
  void nothingIsLeft() {
    engine.close();
  }

  @Test
  void aSignalGoesToTheProcessUntilItHasEnded() throws Exception {
    try (Process process = engine.start(scripted)) {
      assertThat(process.signal(Signal.USR1)).isTrue();
      scripted.exits(0);
      process.waitFor();
      assertThat(process.signal(Signal.TERM)).isFalse();
    }
    assertThat(scripted.signals).containsExactly(Signal.USR1);
  }

  @Test
  void aKilledProcessEndsAndIsReadToItsEnd() throws Exception {
    scripted.writes("working");
    try (Process process = engine.start(scripted)) {
      assertThat(process.isAlive()).isTrue();
      assertThat(process.kill()).isTrue();

      ByteArrayOutputStream out = new ByteArrayOutputStream();
      assertThat(process.transferTo(out, out)).isEqualTo(new ExitStatus.Signaled(Signal.TERM));
      assertThat(out.toString(UTF_8)).isEqualTo("working");
      assertThat(process.isAlive()).isFalse();
      assertThat(process.kill()).isFalse();
    }
    assertThat(scripted.stops).hasValue(1);
  }

  @Test
  void killingStopsAProcessOfSomebodyElseToo() throws Exception {
    try (Process process = engine.processes(scripted).attach(REF)) {
      assertThat(process.kill()).isTrue();
      assertThat(process.waitFor()).isEqualTo(new ExitStatus.Signaled(Signal.TERM));
    }
    assertThat(scripted.stops).hasValue(1);
  }

  @Test
  void aKillThatFailsIsThrown() {
    PlatformException down = new PlatformException(Failure.of("stop", "it", "is down"));
    scripted.onStop(
        () -> {
          throw down;
        });
    try (Process process = engine.processes(scripted).attach(REF)) {
      assertThatThrownBy(process::kill).isSameAs(down);
      assertThat(process.isAlive()).isTrue();
    }
  }

  @Test
  void whetherAProcessLivesWhoseConnectionIsLostIsNotAFact() throws Exception {
    ConnectionLostException lost =
        new ConnectionLostException(Failure.of("follow", "it", "is lost"), REF, null);
    scripted.fails(lost);
    try (Process process = engine.processes(scripted).attach(REF)) {
      assertThatThrownBy(process::waitFor).isSameAs(lost);
      assertThatThrownBy(process::isAlive).isSameAs(lost);
    }
  }

  @Test
  void anUnknownSignalCannotBeSent() {
    scripted.exits(0);
    try (Process process = engine.start(scripted)) {
      assertThatIllegalArgumentException().isThrownBy(() -> process.signal(Signal.UNKNOWN));
    }
    assertThat(scripted.signals).isEmpty();
  }

  @Test
  void aTerminalHasOneOutputAndAnInputAndASize() throws Exception {
    scripted.emits(Output.of(Channel.TERMINAL, "$ ".getBytes(UTF_8)));
    try (Terminal terminal = engine.processes(scripted).startTerminal(Command.of("bash"), SIZE)) {
      terminal.stdin().write("exit\n".getBytes(UTF_8));
      terminal.stdin().close();
      terminal.resize(new TerminalSize(120, 40));
      scripted.exits(0);
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ByteArrayOutputStream err = new ByteArrayOutputStream();
      assertThat(terminal.transferTo(out, err).isSuccess()).isTrue();
      assertThat(out.toString(UTF_8)).isEqualTo("$ ");
      assertThat(err.size()).isZero();
    }
    assertThat(scripted.sizes).containsExactly(SIZE, new TerminalSize(120, 40));
    assertThat(scripted.input.texts()).containsExactly("exit\n", ScriptedInput.END);
    assertThat(scripted.stops).hasValue(0);
  }

  @Test
  void aTerminalTakesNoContent() {
    Command command = Command.of("bash").stdin(Content.of("exit\n"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> engine.processes(scripted).startTerminal(command, SIZE))
        .withMessageContaining("write to its stdin()");
    assertThat(scripted.launches).hasValue(0);
  }

  @Test
  void aTerminalIsStoppedByClosingAndAtItsDeadline() throws Exception {
    Command command = Command.of("bash").timeout(Duration.ofMillis(50));
    try (Terminal terminal = engine.processes(scripted).startTerminal(command, SIZE)) {
      assertThat(terminal.onExit()).failsWithin(Duration.ofSeconds(10));
    }
    assertThat(scripted.stops).hasValue(1);
  }

  @Test
  void aTerminalThatWasAttachedToIsLetGo() {
    try (Terminal terminal = engine.processes(scripted).attachTerminal(REF)) {
      terminal.resize(SIZE);
    }
    assertThat(scripted.stops).hasValue(0);
    assertThat(scripted.sizes).containsExactly(SIZE);
  }
}
