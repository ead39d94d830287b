package dev.sandpiper.testkit.promises;

import dev.sandpiper.Command;
import dev.sandpiper.ExecResult;
import dev.sandpiper.Process;
import dev.sandpiper.blaxel.BlaxelCommand;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StreamedDescendantsTest extends LocalBlaxelTest implements DescendantsContract {
  @Override
  public Process start(Command command) {
    return sandbox.processes().start(BlaxelCommand.of(command).streamed());
  }

  @Override
  public ExecResult exec(Command command) {
    return sandbox.processes().exec(BlaxelCommand.of(command).streamed());
  }
}
