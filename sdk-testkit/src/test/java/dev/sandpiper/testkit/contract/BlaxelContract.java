package dev.sandpiper.testkit.contract;

import java.util.HashMap;
import java.util.Map;

/** The contract on the embedded Blaxel, with what is known of the platform. */
abstract class BlaxelContract extends LocalContract {
  @Override
  protected Map<String, String> exceptions() {
    Map<String, String> all = new HashMap<>();
    all.put(
        "aDeadShellWhoseChildHoldsItsOutputsHasExited",
        "Blaxel reports an exit when the outputs are closed");
    return all;
  }
}
