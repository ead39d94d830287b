package dev.sandpiper.testkit.promises;

import dev.sandpiper.Command;
import dev.sandpiper.ExecResult;
import dev.sandpiper.Process;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BlaxelDescendantsTest extends LocalBlaxelTest implements DescendantsContract {
  @Override
  public Process start(Command command) {
    return sandbox.processes().start(command);
  }

  @Override
  public ExecResult exec(Command command) {
    return sandbox.processes().exec(command);
  }
}
