package dev.sandpiper.testkit.blaxel;

import dev.sandpiper.testkit.BlaxelFault;

/** The embedded Blaxel at its best and at its worst. What is exact is so with both. */
enum Faults {
  NONE,
  ALL;

  LocalClient client() {
    return this == NONE ? new LocalClient() : new LocalClient(BlaxelFault.values());
  }
}
