package dev.sandpiper.testkit.promises;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.Command;
import dev.sandpiper.ExecResult;
import dev.sandpiper.Process;
import dev.sandpiper.Terminal;
import dev.sandpiper.TerminalSize;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class E2bDescendantsTest extends LocalE2bTest implements DescendantsContract {
  @Override
  public Process start(Command command) {
    return sandbox.processes().start(command);
  }

  @Override
  public ExecResult exec(Command command) {
    return sandbox.processes().exec(command);
  }

  @Test
  void theJobsOfATerminalGoWithIt() throws Exception {
    Terminal terminal =
        sandbox.processes().startTerminal(Command.of("bash", "-i"), new TerminalSize(80, 24));
    terminal
        .stdin()
        .write(
            ("sleep " + MARK + " &\nnohup sleep " + MARK + " &\n")
                .getBytes(StandardCharsets.UTF_8));
    terminal.stdin().flush();
    await("jobs", () -> Leftovers.processesNaming(MARK).size() == 2);
    long began = System.nanoTime();
    terminal.close();
    assertThat(Leftovers.processesNaming(MARK)).isEmpty();
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(2));
  }
}
