package dev.sandpiper.examples;

import dev.sandpiper.SandboxClient;
import dev.sandpiper.e2b.E2bClient;
import dev.sandpiper.testkit.LocalSandboxes;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the examples run: at E2B if its key is in the environment, else on this machine, without an
 * account.
 */
final class Platform implements AutoCloseable {
  private final String description;
  private final SandboxClient client;
  private final @Nullable LocalSandboxes local;

  private Platform(String description, SandboxClient client, @Nullable LocalSandboxes local) {
    this.description = description;
    this.client = client;
    this.local = local;
  }

  static Platform fromEnvironment() {
    return choose(System.getenv());
  }

  static Platform choose(Map<String, String> environment) {
    if (!environment.getOrDefault("E2B_API_KEY", "").isEmpty()) {
      SandboxClient client = E2bClient.builder().environment(environment).build();
      return new Platform("at E2B, with your key", client, null);
    }
    LocalSandboxes local = LocalSandboxes.start();
    return new Platform(
        "in a local sandbox, without isolation, because E2B_API_KEY is not set",
        local.e2bClient(),
        local);
  }

  String description() {
    return description;
  }

  SandboxClient client() {
    return client;
  }

  @Override
  public void close() {
    client.close();
    if (local != null) {
      local.close();
    }
  }
}
