package dev.sandpiper.testkit.contract;

import dev.sandpiper.SandboxClient;
import dev.sandpiper.e2b.E2bClient;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** The real platform, with the account that is in the environment. */
@Tag("live")
@EnabledIfEnvironmentVariable(named = "E2B_API_KEY", matches = ".+")
class E2bLiveTest extends SandboxContract {
  @Override
  protected SandboxClient openClient() {
    return E2bClient.fromEnvironment();
  }
}
