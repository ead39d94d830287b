package dev.sandpiper.testkit.contract;

import dev.sandpiper.testkit.BlaxelFault;
import dev.sandpiper.testkit.LocalSandboxes;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** With everything that the real Blaxel does wrong at times. */
@EnabledIfSystemProperty(named = "sandpiper.exhaustive", matches = "true")
class BlaxelStreamedFaultyTest extends BlaxelStreamedTest {
  @BeforeAll
  static void startFaultyServers() {
    local.close();
    local = serve(LocalSandboxes.builder().blaxelFaults(BlaxelFault.values()));
  }
}
