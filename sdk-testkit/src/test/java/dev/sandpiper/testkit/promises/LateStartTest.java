package dev.sandpiper.testkit.promises;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.Command;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.blaxel.BlaxelClient;
import dev.sandpiper.blaxel.BlaxelSandbox;
import dev.sandpiper.e2b.E2bClient;
import dev.sandpiper.testing.Patience;
import dev.sandpiper.testkit.LocalSandboxes;
import dev.sandpiper.testkit.faults.Fault;
import dev.sandpiper.testkit.faults.FaultProxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A start that reaches the sandbox only after its caller has given it up. */
class LateStartTest {
  /** Longer than the first looks for what was given up take. */
  private static final Fault LATE = Fault.delay(Duration.ofMillis(1_500)).inRequest();

  @TempDir Path directory;

  @Test
  void isStoppedAtE2b() throws Exception {
    try (LocalSandboxes local = LocalSandboxes.start();
        FaultProxy proxy = FaultProxy.inFrontOf(dataUrl(local))) {
      Map<String, String> environment = new HashMap<>(local.e2bEnvironment());
      environment.put("E2B_SANDBOX_URL", proxy.url());
      try (E2bClient client = E2bClient.builder().environment(environment).build();
          Sandbox sandbox = client.create(SandboxSpec.standard())) {
        assertStopped(sandbox, proxy, "/process.Process/Start", LATE.afterText("exec sleep"));
      }
    }
  }

  private static String dataUrl(LocalSandboxes local) {
    return Objects.requireNonNull(local.e2bEnvironment().get("E2B_SANDBOX_URL"));
  }

  @Test
  void isStoppedAtBlaxel() throws Exception {
    try (LocalSandboxes local = LocalSandboxes.start();
        BlaxelClient direct = local.blaxelClient();
        BlaxelSandbox sandbox = direct.create(SandboxSpec.standard());
        FaultProxy proxy = FaultProxy.inFrontOf(dataUrl(sandbox));
        BlaxelClient client =
            BlaxelClient.builder()
                .environment(local.blaxelEnvironment())
                .sandboxUrl(sandbox.id(), proxy.url())
                .build()) {
      // By then all of it has left the client, which sends it in pieces of 8 KiB.
      assertStopped(
          client.connect(sandbox.id()), proxy, "/process HTTP", LATE.afterBodyBytes(10_000));
    }
  }

  private static String dataUrl(BlaxelSandbox sandbox) {
    return sandbox.endpoint(1).uri().toString().replaceFirst("/port/1$", "");
  }

  private void assertStopped(Sandbox sandbox, FaultProxy proxy, String start, Fault late) {
    sandbox.exec("true").orThrow();
    proxy.inject(start, late);
    String mark = "1000." + System.nanoTime();
    Path begun = directory.resolve("begun"); // it may be stopped before anybody has seen it
    Command command = Command.shell("echo > " + begun + "; exec sleep " + mark);
    CompletableFuture<?> future = sandbox.processes().execAsync(command);
    Patience.until("it is on its way", () -> proxy.injections() > 0);
    future.cancel(true);
    Patience.until("it has begun", () -> Files.exists(begun));
    Patience.until("it is stopped", () -> running(mark).isEmpty());
    assertThat(proxy.injections()).isEqualTo(1);
  }

  private static List<String> running(String mark) {
    return Leftovers.processesNaming(mark);
  }
}
