package dev.sandpiper.pool;

import dev.sandpiper.RetryOptions;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.blaxel.BlaxelClient;
import dev.sandpiper.e2b.E2bClient;
import dev.sandpiper.testkit.LocalSandboxes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** An embedded platform for the tests of pools. */
enum PoolPlatform {
  E2B("E2B_API_URL"),
  BLAXEL("BL_API_URL");

  private final String address;

  PoolPlatform(String address) {
    this.address = address;
  }

  Map<String, String> environment(LocalSandboxes local) {
    return this == E2B ? local.e2bEnvironment() : local.blaxelEnvironment();
  }

  String address(Map<String, String> environment) {
    return environment.getOrDefault(address, "");
  }

  /** A client that leaves retrying to the pool. */
  SandboxClient client(Map<String, String> environment) {
    RetryOptions once = RetryOptions.standard().attempts(1);
    return this == E2B
        ? E2bClient.builder().environment(environment).retries(once).build()
        : BlaxelClient.builder().environment(environment).retries(once).build();
  }

  SandboxClient clientAt(String url, LocalSandboxes local) {
    Map<String, String> changed = new HashMap<>(environment(local));
    changed.put(address, url);
    return client(changed);
  }

  /** Blaxel shows for a while what was killed. */
  static List<String> living(SandboxClient client) {
    return client.list().stream()
        .filter(each -> each.state() != SandboxInfo.State.DELETING)
        .map(SandboxInfo::id)
        .toList();
  }
}
