package dev.sandpiper.testkit.contract;

import dev.sandpiper.SandboxClient;
import dev.sandpiper.blaxel.BlaxelClient;
import java.util.HashMap;
import java.util.Map;

/** Blaxel's own stream of a command, which is not exact. */
class BlaxelStreamedTest extends LocalContract {
  @Override
  protected SandboxClient openClient() {
    return BlaxelClient.builder().environment(local.blaxelEnvironment()).streamedOnly().build();
  }

  @Override
  protected Map<String, String> exceptions() {
    Map<String, String> all = new HashMap<>();
    String record = "its record is asked for a minute when its stream has broken";
    all.put("aSandboxKilledUnderACommandIsALostConnection", record);
    all.put("aProcessWhoseSandboxIsKilledNeverReportsAnEnd", record);
    all.put(
        "aChildThatKeepsTheOutputsOpenKeepsTheCommandGoing",
        "Blaxel's stream ends with the process that was started");
    return all;
  }
}
