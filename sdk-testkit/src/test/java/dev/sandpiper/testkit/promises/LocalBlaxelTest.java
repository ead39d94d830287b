package dev.sandpiper.testkit.promises;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.SandboxSpec;
import dev.sandpiper.blaxel.BlaxelClient;
import dev.sandpiper.blaxel.BlaxelSandbox;
import dev.sandpiper.testkit.LocalSandboxes;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/**
 * A real sandbox for each test, served by the embedded Blaxel. Each test ends by proving that it
 * left no process, each class that it left no thread.
 */
abstract class LocalBlaxelTest {
  static LocalSandboxes local;
  static BlaxelClient client;

  BlaxelSandbox sandbox;

  @BeforeAll
  static void startServers() {
    local = LocalSandboxes.start();
    client = local.blaxelClient();
  }

  @BeforeEach
  void createSandbox() {
    sandbox = client.create(SandboxSpec.standard());
  }

  public BlaxelSandbox sandbox() {
    return sandbox;
  }

  @AfterEach
  void proveThatNoProcessIsLeft() {
    String home = sandbox.homeDirectory();
    Leftovers.awaitNone("processes in " + home, () -> Leftovers.processesAtHomeIn(home));
    sandbox.close();
  }

  @AfterAll
  static void proveThatNoThreadIsLeft() {
    client.close();
    local.close();
    Leftovers.awaitNone("threads", Leftovers::threads);
    assertThat(local.e2bEnvironment()).isNotEmpty();
  }
}
