package dev.sandpiper.testkit.contract;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The contract on the embedded Blaxel, with what is known of the platform. */
abstract class BlaxelContract extends LocalContract {
  @Override
  protected Map<String, String> exceptions() {
    Map<String, String> all = new HashMap<>();
    String signals =
        "Blaxel does not tell a death by a signal from an exit with 128 and its number";
    List.of(
            "aDeathBySignalIsNoExitCode",
            "aSignalThatNobodyHandlesEndsTheProcess",
            "theJdksProcessHasTheExitValueThatAShellWouldShow")
        .forEach(fact -> all.put(fact, signals));
    all.put(
        "aDeadShellWhoseChildHoldsItsOutputsHasExited",
        "Blaxel reports an exit when the outputs are closed");
    return all;
  }
}
