package dev.sandpiper.testkit.contract;

import dev.sandpiper.SandboxClient;
import dev.sandpiper.blaxel.BlaxelClient;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** The real platform, with the account that is in the environment. */
@Tag("live")
@EnabledIfEnvironmentVariable(named = "BL_API_KEY", matches = ".+")
class BlaxelLiveTest extends SandboxContract {
  @Override
  protected SandboxClient openClient() {
    return BlaxelClient.fromEnvironment();
  }

  @Override
  protected Map<String, String> exceptions() {
    return new BlaxelExactTest().exceptions();
  }
}
