package dev.sandpiper.testkit.junit;

import dev.sandpiper.SandboxClient;
import dev.sandpiper.testkit.LocalSandboxes;

/** An embedded platform that {@link SandboxTest} can open a client of. */
public enum LocalPlatform {
  E2B {
    @Override
    SandboxClient client(LocalSandboxes local) {
      return local.e2bClient();
    }
  },
  BLAXEL {
    @Override
    SandboxClient client(LocalSandboxes local) {
      return local.blaxelClient();
    }
  };

  abstract SandboxClient client(LocalSandboxes local);
}
