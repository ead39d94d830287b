package dev.sandpiper.testkit.promises;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.Command;
import dev.sandpiper.ExecResult;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.TerminalSize;
import java.util.Map;
import org.junit.jupiter.api.Test;

class E2bVariablesTest extends LocalE2bTest implements VariablesContract {
  @Override
  public SandboxClient anyClient() {
    return client;
  }

  @Override
  public ExecResult exec(Sandbox sandbox, Command command) {
    return sandbox.processes().exec(command);
  }

  @Test
  void onATerminalTheyArriveToo() {
    Map<String, String> asked = Map.of("a.b", "c", "LC_ALL", "C", "nothing", "x");
    Command command = Command.of("/usr/bin/env").environment(asked);
    StringBuilder shown = new StringBuilder();
    try (Process terminal = sandbox.processes().startTerminal(command, new TerminalSize(80, 24))) {
      for (ProcessEvent event : terminal.events()) {
        if (event instanceof ProcessEvent.Output output) shown.append(output.text());
      }
    }
    assertThat(shown.toString().lines()).contains("a.b=c", "LC_ALL=C", "nothing=x");
  }

  @Test
  void aListShowsWhatWasAskedFor() {
    Map<String, String> asked = Map.of("a.b", "c=d", "PATH", "/usr/bin:/bin", "PLAIN", "p");
    try (Process process =
        sandbox.processes().start(Command.of("sleep", "60").environment(asked))) {
      assertThat(sandbox.processes().list())
          .anySatisfy(
              info -> {
                assertThat(info.ref()).isEqualTo(process.ref());
                assertThat(info.environment()).isEqualTo(asked);
              });
    }
  }
}
