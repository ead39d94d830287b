package dev.sandpiper.testkit.contract;

import dev.sandpiper.Capability;
import dev.sandpiper.testkit.LocalSandboxes;
import dev.sandpiper.testkit.e2b.TerminalsHere;
import dev.sandpiper.testkit.promises.Leftovers;
import java.io.IOException;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;

/** The contract on an embedded server, which leaves no thread. */
abstract class LocalContract extends SandboxContract implements LocalImages {
  static LocalSandboxes local;

  @BeforeAll
  static void startServers() {
    local = serve(LocalSandboxes.builder());
  }

  static LocalSandboxes serve(LocalSandboxes.Builder builder) {
    return builder.blaxelImages(Set.of("blaxel/base-image:latest")).start();
  }

  @BeforeEach
  void skipTerminalsWhereThisMachineGivesNone(TestInfo test) throws IOException {
    if (FactSheet.needs(test.getTestMethod().orElseThrow()).contains(Capability.TERMINAL)) {
      TerminalsHere.assume();
    }
  }

  @AfterAll
  static void proveThatNoThreadIsLeft(TestInfo test) {
    CLIENTS.close(test.getTestClass().orElseThrow());
    local.close();
    Leftovers.awaitNone("threads", Leftovers::threads);
  }
}
