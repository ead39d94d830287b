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
  private final E2bClient client;
  private final Map<String, String> environment;
  private final @Nullable LocalSandboxes local;

  private Platform(
      String description, Map<String, String> environment, @Nullable LocalSandboxes local) {
    this.description = description;
    this.environment = environment;
    this.client = E2bClient.builder().environment(environment).build();
    this.local = local;
  }

  static Platform fromEnvironment() {
    return choose(System.getenv());
  }

  static Platform choose(Map<String, String> environment) {
    if (!environment.getOrDefault("E2B_API_KEY", "").isEmpty()) {
      return new Platform("at E2B, with your key", environment, null);
    }
    LocalSandboxes local = LocalSandboxes.start();
    return new Platform(
        "in a local sandbox, without isolation, because E2B_API_KEY is not set",
        local.e2bEnvironment(),
        local);
  }

  String description() {
    return description;
  }

  SandboxClient client() {
    return client;
  }

  /** The same client, for what only E2B has. */
  E2bClient e2b() {
    return client;
  }

  /** The variables by which another JVM finds the same sandboxes. */
  Map<String, String> environment() {
    return environment;
  }

  @Override
  public void close() {
    client.close();
    if (local != null) {
      local.close();
    }
  }
}
