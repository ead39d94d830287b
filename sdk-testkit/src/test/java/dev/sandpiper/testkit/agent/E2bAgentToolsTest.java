package dev.sandpiper.testkit.agent;

import dev.sandpiper.SandboxClient;
import dev.sandpiper.testkit.LocalSandboxes;
import dev.sandpiper.testkit.promises.Leftovers;
import java.util.List;

class E2bAgentToolsTest extends AgentToolsContract {
  @Override
  SandboxClient client(LocalSandboxes local) {
    return local.e2bClient();
  }

  @Override
  List<String> processes() {
    return Leftovers.processesOf(sandbox.id());
  }
}
