package dev.sandpiper.testkit.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.testkit.LocalSandboxes;
import dev.sandpiper.testkit.faults.Fault;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;

/** Faults that a test is given by an annotation. */
class WithFaultTest {
  private static final String UNAVAILABLE = "{\"code\":503,\"message\":\"try later\"}";

  @Nested
  @SandboxTest
  class OnE2b {
    @Test
    @WithFault(value = FaultType.CUT, request = "GET /files", afterBodyBytes = 100_000)
    void aReadThatIsCutIsNoEnd(Sandbox sandbox) {
      sandbox.files().writeText("f", "x".repeat(300_000));
      assertThatThrownBy(() -> sandbox.files().readText("f"))
          .isInstanceOf(ConnectionLostException.class);
    }

    @Test
    @WithFault(
        value = FaultType.ANSWER,
        request = "POST /files",
        occurrence = 2,
        status = 500,
        body = "{\"code\":500,\"message\":\"no room\"}")
    void theSecondOfItsRequestsFails(Sandbox sandbox) {
      sandbox.files().writeText("first", "x");
      assertThatThrownBy(() -> sandbox.files().writeText("second", "x"))
          .isInstanceOf(PlatformException.class)
          .hasMessageContaining("no room");
      assertThat(sandbox.files().exists("first")).isTrue();
    }

    @Test
    @WithFault(
        value = FaultType.ANSWER,
        request = "GET /sandboxes/",
        controlPlane = true,
        headers = "Retry-After: 0",
        body = UNAVAILABLE)
    void theControlPlaneHasFaultsToo(Sandbox sandbox) {
      assertThat(sandbox.info().id()).isEqualTo(sandbox.id());
    }
  }

  @Nested
  @SandboxTest(LocalPlatform.BLAXEL)
  class OnBlaxel {
    @Test
    @WithFault(
        value = FaultType.ANSWER,
        request = "GET /",
        headers = "Retry-After: 0",
        body = UNAVAILABLE)
    void aFileIsReadAllTheSame(Sandbox sandbox) {
      sandbox.files().writeText("f", "x");
      assertThat(sandbox.files().readText("f")).isEqualTo("x");
    }
  }

  @Nested
  @SandboxTest(LocalPlatform.BLAXEL)
  class BelowTheSandboxsAddress {
    @Test
    @WithFault(value = FaultType.ANSWER, request = "POST /process", status = 500)
    void thePathIsThatOfTheCall(Sandbox sandbox) {
      assertThatThrownBy(() -> sandbox.exec("true")).isInstanceOf(PlatformException.class);
    }
  }

  @Nested
  @SandboxTest
  class Unmet {
    @WithFault(value = FaultType.CUT, request = "GET /nowhere")
    @SuppressWarnings("UnusedMethod") // its annotation is read below
    private void annotated() {}

    @WithFault(FaultType.DELAY)
    @SuppressWarnings("UnusedMethod") // its annotation is read below
    private void withoutPause() {}

    @Test
    void aDelayNeedsItsPause() throws Exception {
      WithFault delay =
          Unmet.class.getDeclaredMethod("withoutPause").getAnnotation(WithFault.class);
      assertThatThrownBy(() -> delay.value().fault(delay))
          .isInstanceOf(ExtensionConfigurationException.class)
          .hasMessageContaining("needs pauseMillis");
    }

    @Test
    void aFaultThatWasNeverInjectedFailsTheTest(LocalSandboxes local, SandboxClient client)
        throws Exception {
      WithFault never = Unmet.class.getDeclaredMethod("annotated").getAnnotation(WithFault.class);
      OpenedByTest opened = new OpenedByTest(local.e2bClient(), null);
      opened.breakDown(
          sandbox -> new FaultyConnection(LocalPlatform.E2B, local, sandbox, List.of(never)));
      assertThat(opened.sandbox().exec("true").exit().isSuccess()).isTrue();
      assertThatThrownBy(opened::close)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("never injected: [" + Fault.cut())
          .hasMessageContaining("POST /process.Process/Start")
          .hasMessageContaining("others need controlPlane = true");
      assertThatCode(opened::close).as("JUnit closes it again").doesNotThrowAnyException();
      assertThat(client.kill(opened.sandbox().id())).as("it was killed").isFalse();
    }
  }

  @Test
  void aReadIsLeakCheckedThroughFaultsToo() throws IOException {
    try (LocalSandboxes local = LocalSandboxes.start();
        SandboxClient client = local.e2bClient()) {
      OpenedByTest opened = new OpenedByTest(client, null);
      opened.breakDown(
          sandbox -> new FaultyConnection(LocalPlatform.E2B, local, sandbox, List.of()));
      opened.sandbox().files().writeText("f", "x");
      InputStream forgotten = opened.sandbox().files().read("f");
      assertThatThrownBy(opened::close).hasMessageContaining("file that is read, opened at ");
      forgotten.close();
    }
  }
}
