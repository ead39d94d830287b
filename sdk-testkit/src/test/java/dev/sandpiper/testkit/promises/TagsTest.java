package dev.sandpiper.testkit.promises;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.Command;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent.OutputGap;
import dev.sandpiper.Signal;
import dev.sandpiper.e2b.E2bCommand;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Processes of E2B are found by the tag that they were started with. */
class TagsTest extends LocalE2bTest {

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
}
