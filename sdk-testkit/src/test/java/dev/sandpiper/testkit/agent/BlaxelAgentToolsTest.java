package dev.sandpiper.testkit.agent;

import dev.sandpiper.SandboxClient;
import dev.sandpiper.testkit.LocalSandboxes;
import dev.sandpiper.testkit.promises.Leftovers;
import java.util.List;

class BlaxelAgentToolsTest extends AgentToolsContract {
  @Override
  SandboxClient client(LocalSandboxes local) {
    return local.blaxelClient();
  }

  @Override
  List<String> processes() {
    return Leftovers.processesAtHomeIn(home);
  }
}
