package dev.sandpiper.testkit.contract;

import dev.sandpiper.SandboxClient;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

class BlaxelExactTest extends LocalContract {
  @Override
  protected SandboxClient openClient() {
    return local.blaxelClient();
  }

  @Override
  protected Map<String, String> exceptions() {
    Map<String, String> all = new HashMap<>();
    String files = "input goes by files in the sandbox, so that writing it never blocks";
    List.of(
            "aBlockedWriteIsFreedByAnInterrupt",
            "aBlockedWriteIsFreedByClosingTheProcess",
            "aBlockedWriteIsFreedByTheEndOfTheProcess",
            "writingToAProcessThatHasClosedItsInputFails")
        .forEach(fact -> all.put(fact, files));
    String shell = "Blaxel starts each command with the sh that is on the PATH";
    all.put("withoutSetsidTheProcessAloneGetsTheSignal", shell);
    all.put("withoutSetsidTheTreeIsFoundAmongAllProcesses", shell);
    all.put(
        "aDeadShellWhoseChildHoldsItsOutputsHasExited",
        "Blaxel reports an exit when the outputs are closed");
    all.put("aListShowsThoseThatWereAskedFor", "Blaxel's lists have no environments");
    return all;
  }
}
