package dev.sandpiper.testkit.promises;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.HttpVersion;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.e2b.E2bClient;
import dev.sandpiper.e2b.E2bClientBuilder;
import dev.sandpiper.e2b.E2bCodec;
import dev.sandpiper.e2b.E2bSandbox;
import dev.sandpiper.testkit.LocalSandboxes;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/**
 * A real sandbox for each test, served by the embedded E2B. Each test ends by proving that it left
 * no process, each class that it left no thread.
 */
abstract class LocalE2bTest {
  static LocalSandboxes local;
  static E2bClient client;

  E2bSandbox sandbox;

  @BeforeAll
  static void startServers() {
    local = LocalSandboxes.start();
    client = builder().build();
  }

  /** A client of the embedded E2B, in the codec and the HTTP that the build asks for. */
  static E2bClientBuilder builder() {
    return E2bClient.builder()
        .environment(local.e2bEnvironment())
        .codec(E2bCodec.valueOf(System.getProperty("sandpiper.codec", "BINARY")))
        .httpVersion(HttpVersion.valueOf(System.getProperty("sandpiper.http", "AUTOMATIC")));
  }

  @BeforeEach
  void createSandbox() {
    sandbox = client.create(spec());
  }

  public E2bSandbox sandbox() {
    return sandbox;
  }

  /** What the sandbox of each test is made from. */
  SandboxSpec spec() {
    return SandboxSpec.standard();
  }

  @AfterEach
  void proveThatNoProcessIsLeft() {
    Leftovers.awaitNone("processes of " + sandbox.id(), () -> Leftovers.processesOf(sandbox.id()));
    sandbox.close();
  }

  @AfterAll
  static void proveThatNoThreadIsLeft() {
    client.close();
    local.close();
    Leftovers.awaitNone("threads", Leftovers::threads);
    assertThat(local.e2bEnvironment()).isNotEmpty();
  }

  /** Blocks until the condition holds; fails after ten seconds. */
  static void await(String what, java.util.function.BooleanSupplier condition) {
    long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("time to wait for " + what).isLessThan(end);
      Thread.onSpinWait();
    }
  }
}
