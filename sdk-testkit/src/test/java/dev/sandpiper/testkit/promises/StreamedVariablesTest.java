package dev.sandpiper.testkit.promises;

import dev.sandpiper.Command;
import dev.sandpiper.ExecResult;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.blaxel.BlaxelCommand;
import dev.sandpiper.blaxel.BlaxelSandbox;

class StreamedVariablesTest extends LocalBlaxelTest implements VariablesContract {
  @Override
  public SandboxClient anyClient() {
    return client;
  }

  @Override
  public ExecResult exec(Sandbox sandbox, Command command) {
    return ((BlaxelSandbox) sandbox).processes().exec(BlaxelCommand.of(command).streamed());
  }
}
