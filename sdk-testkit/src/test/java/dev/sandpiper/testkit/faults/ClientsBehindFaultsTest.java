package dev.sandpiper.testkit.faults;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.Command;
import dev.sandpiper.HttpVersion;
import dev.sandpiper.PlatformException;
import dev.sandpiper.Process;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.blaxel.BlaxelClient;
import dev.sandpiper.blaxel.BlaxelCommand;
import dev.sandpiper.blaxel.BlaxelSandbox;
import dev.sandpiper.e2b.E2bClient;
import dev.sandpiper.testkit.LocalSandboxes;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a client makes of one fault of one request. */
@Timeout(60)
class ClientsBehindFaultsTest {
  private final LocalSandboxes local = LocalSandboxes.start();

  @AfterEach
  void stop() {
    local.close();
  }

  @Test
  void aSandboxThatIsClosedOverAHalfOpenConnectionIsKilledOverAnother() {
    Map<String, String> environment = new HashMap<>(local.e2bEnvironment());
    try (FaultProxy proxy = FaultProxy.inFrontOf(environment.getOrDefault("E2B_API_URL", ""))) {
      environment.put("E2B_API_URL", proxy.url());
      try (E2bClient client =
          E2bClient.builder()
              .environment(environment)
              .httpVersion(HttpVersion.HTTP_2)
              .responseLimit(Duration.ofSeconds(2))
              .build()) {
        Sandbox sandbox = client.create(SandboxSpec.standard());
        proxy.inject("DELETE ", Fault.halfOpen());
        sandbox.close();

        assertThat(proxy.injections()).isPositive();
        try (E2bClient other = local.e2bClient()) {
          assertThat(other.list().stream().map(SandboxInfo::id)).doesNotContain(sandbox.id());
        }
      }
    }
  }

  @Test
  void inputIsSentAgainAfterAnErrorOfTheServer() {
    onBlaxel(
        (sandbox, proxy) -> {
          try (Process cat = sandbox.start(Command.of("cat").openStdin())) {
            proxy.inject("PUT ", Fault.answer(500, Map.of(), ""));
            cat.stdin().write("some input\n".getBytes(UTF_8));
            cat.stdin().close();
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            cat.transferTo(out, out);

            assertThat(out.toString(UTF_8)).isEqualTo("some input\n");
            assertThat(proxy.injections()).isEqualTo(1);
          }
        });
  }

  @Test
  void aKillThatOnlyThePlatformsOwnCallCouldDoIsNotReportedAsDone() {
    onBlaxel(
        (sandbox, proxy) -> {
          try (Process sleep = sandbox.start(SLEEP)) {
            Fault refusal = Fault.answer(401, Map.of(), "{\"error\":\"not you\"}");
            proxy.inject("POST /process ", refusal);
            proxy.inject("POST /process ", refusal);

            assertThatThrownBy(sleep::kill)
                .isInstanceOf(PlatformException.class)
                .hasMessageContaining("is unknown");
            assertThat(proxy.injections()).isEqualTo(2);
          }
        });
  }

  /** Its command has a session of its own, which the platform's own call does not reach. */
  @Test
  void aKillWhoseScriptWasRefusedOnceStopsTheCommand() {
    onBlaxel(
        (sandbox, proxy) -> {
          try (Process sleep = sandbox.start(SLEEP)) {
            long pid = pid(sandbox);
            proxy.inject("POST /process ", Fault.answer(503, Map.of(), ""));

            assertThat(sleep.kill()).isTrue();
            assertThat(proxy.injections()).isEqualTo(1);
            assertThat(isAlive(pid)).isFalse();
          }
        });
  }

  @Test
  void aProcessIsStoppedThoughTheConnectionOfTheFirstAttemptIsDead() {
    onBlaxel(
        (sandbox, proxy) -> {
          Process sleep =
              ((BlaxelSandbox) sandbox).processes().start(BlaxelCommand.of(SLEEP).streamed());
          long pid = pid(sandbox);
          proxy.inject("POST /process ", Fault.halfOpen().inRequest().afterBodyBytes(2));
          sleep.close();

          assertThat(proxy.injections()).isEqualTo(1);
          assertThat(isAlive(pid)).isFalse();
        });
  }

  @Test
  void aListThatIsGarbledIsAskedForAgainBeforeAStop() throws Exception {
    Map<String, String> environment = new HashMap<>(local.e2bEnvironment());
    try (FaultProxy proxy = FaultProxy.inFrontOf(environment.getOrDefault("E2B_SANDBOX_URL", ""))) {
      environment.put("E2B_SANDBOX_URL", proxy.url());
      try (E2bClient client =
              E2bClient.builder()
                  .environment(environment)
                  .httpVersion(HttpVersion.HTTP_1_1)
                  .processStreams(HttpVersion.HTTP_1_1)
                  .build();
          Sandbox sandbox = client.create(SandboxSpec.standard());
          Process sleep = sandbox.start(SLEEP)) {
        long pid = pid(sandbox);
        proxy.inject("Process/List", Fault.insert("[keepalive]\n").afterBodyBytes(0));

        assertThat(sleep.kill()).isTrue();
        assertThat(proxy.injections()).isEqualTo(1);
        assertThat(isAlive(pid)).isFalse();
      }
    }
  }

  private static final Command SLEEP = Command.shell("echo $$ >pid; exec sleep 100");

  /** The server runs commands on this machine, in the same file system. */
  private static long pid(Sandbox sandbox) {
    String text =
        sandbox.exec("sh", "-c", "until [ -s pid ]; do sleep 0.05; done; cat pid").outText();
    return Long.parseLong(text.strip());
  }

  private static boolean isAlive(long pid) {
    return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }

  private interface Scene {
    void play(Sandbox sandbox, FaultProxy toItsServer) throws Exception;
  }

  private void onBlaxel(Scene scene) {
    try (BlaxelClient own = local.blaxelClient();
        Sandbox sandbox = own.create(SandboxSpec.standard())) {
      String server = sandbox.endpoint(1).uri().toString().replaceFirst("/port/1$", "");
      try (FaultProxy proxy = FaultProxy.inFrontOf(server);
          BlaxelClient client =
              BlaxelClient.builder()
                  .environment(local.blaxelEnvironment())
                  .sandboxUrl(sandbox.id(), proxy.url())
                  .httpVersion(HttpVersion.HTTP_1_1)
                  .build()) {
        scene.play(client.connect(sandbox.id()), proxy);
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }
  }
}
