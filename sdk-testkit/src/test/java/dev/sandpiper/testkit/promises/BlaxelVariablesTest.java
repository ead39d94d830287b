package dev.sandpiper.testkit.promises;

import dev.sandpiper.Command;
import dev.sandpiper.ExecResult;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;

class BlaxelVariablesTest extends LocalBlaxelTest implements VariablesContract {
  @Override
  public SandboxClient anyClient() {
    return client;
  }

  @Override
  public ExecResult exec(Sandbox sandbox, Command command) {
    return sandbox.processes().exec(command);
  }
}
