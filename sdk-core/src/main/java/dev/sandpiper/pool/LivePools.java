package dev.sandpiper.pool;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The instances of the open pools in this JVM. */
final class LivePools {
  private static final Set<String> INSTANCES = ConcurrentHashMap.newKeySet();

  private LivePools() {}

  static void add(String instance) {
    INSTANCES.add(instance);
  }

  static void remove(String instance) {
    INSTANCES.remove(instance);
  }

  static boolean has(String instance) {
    return INSTANCES.contains(instance);
  }
}
