package dev.sandpiper.e2b;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.RefusedException;
import dev.sandpiper.SandboxInfo.State;
import dev.sandpiper.SandboxNotRunningException;
import dev.sandpiper.e2b.connect.Frames;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sandboxes that sleep and wake again. */
class PauseTest {
  private static final String LOOK = "GET /sandboxes/isb1";

  @RegisterExtension final ScriptedE2b e2b = new ScriptedE2b();

  private void look(String state) {
    e2b.answer(200, "{\"sandboxID\": \"isb1\", \"state\": \"" + state + "\"}");
  }

  @ParameterizedTest
  @CsvSource({"FULL, true", "FILESYSTEM, false"})
  void aPauseSaysWhatToKeep(E2bPauseMode mode, boolean memory) throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(204, "");
    assertThat(sandbox.pause(mode)).isTrue();
    e2b.take("POST /sandboxes/isb1/pause", "{\"memory\": " + memory + "}");
  }

  @Test
  void aConflictIsOnlyPausedIfThePlatformSaysSo() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(409, "{\"message\": \"already paused\"}");
    look("paused");
    assertThat(sandbox.pause()).isFalse();
    e2b.answer(409, "{\"message\": \"cannot be paused while it is being forked\"}");
    look("running");
    assertThatThrownBy(sandbox::pause)
        .isInstanceOf(PlatformException.class)
        .hasMessageContaining("being forked");
    for (int i = 0; i < 2; i++) {
      e2b.take("POST /sandboxes/isb1/pause");
      e2b.take(LOOK);
    }
  }

  @Test
  void aLostPauseIsLookedInto() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(Frames.nothing());
    look("paused");
    assertThat(sandbox.pause()).isTrue();
    e2b.answer(Frames.nothing());
    look("running");
    assertThatThrownBy(sandbox::pause)
        .isInstanceOf(ConnectionLostException.class)
        .hasMessageContaining("is unknown");
    for (int i = 0; i < 2; i++) {
      e2b.take("POST /sandboxes/isb1/pause");
      e2b.take(LOOK);
    }
  }

  @Test
  void aSandboxThatSleepsIsToldAsSuch() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(502, "{\"sandboxId\": \"isb1\", \"message\": \"The sandbox was not found\"}");
    look("paused");
    assertThatThrownBy(() -> sandbox.exec("true"))
        .isInstanceOfSatisfying(
            SandboxNotRunningException.class, e -> assertThat(e.state()).contains(State.PAUSED))
        .hasMessageContaining("resume()");
    e2b.take();
    e2b.take(LOOK);
  }

  @Test
  void resumingSaysWhetherItSlept() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(201, ScriptedE2b.sandboxJson("0.6.13"));
    e2b.answer(200, ScriptedE2b.sandboxJson("0.6.13"));
    assertThat(sandbox.resume(Duration.ofMinutes(1))).isTrue();
    assertThat(sandbox.resume(Duration.ofMinutes(1), E2bResumeMode.REBOOT)).isFalse();
    e2b.take("POST /sandboxes/isb1/connect", "{\"timeout\": 60}");
    e2b.take("POST /v2/sandboxes/isb1/connect", "{\"timeout\": 60, \"memory\": false}");
  }

  @Test
  void whatAnOldControlPlaneWouldNotHearOfIsRefused() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    Map<String, Runnable> calls =
        Map.of(
            "reboots", () -> sandbox.resume(Duration.ofMinutes(1), E2bResumeMode.REBOOT),
            "pausing", sandbox::pause,
            "snapshots", sandbox::snapshot,
            "forks", () -> sandbox.fork(1, Duration.ofMinutes(1)),
            "network rules", () -> sandbox.updateNetwork(E2bNetwork.standard()),
            "metrics", () -> sandbox.telemetry().metrics(),
            "logs", () -> sandbox.telemetry().logs(E2bLogQuery.all()).iterator().next());
    for (Map.Entry<String, Runnable> call : calls.entrySet()) {
      e2b.answer(404, "404 page not found");
      assertThatThrownBy(call.getValue()::run)
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("no " + call.getKey() + ", so nothing was done");
      e2b.take();
    }
    e2b.answer(404, "{\"code\": 404, \"message\": \"sandbox isb1 not found\"}");
    assertThatThrownBy(sandbox::snapshot).isInstanceOf(NotFoundException.class);
    e2b.take();
  }

  @Test
  void oneThatWasPausedUnresponsiveIsToBeRebooted() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(
        409,
        """
        {"message": "no answer", "error_code": "sandbox_snapshot_guest_agent_unresponsive"}""");
    assertThatThrownBy(() -> sandbox.resume(Duration.ofMinutes(1)))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("REBOOT");
    e2b.take();
  }

  @Test
  void aResumedSandboxAtAnotherAddressIsToldAndNotMistaken() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(201, ScriptedE2b.sandboxJson("0.6.13").replace(ScriptedE2b.TOKEN, "another"));
    assertThatThrownBy(() -> sandbox.resume(Duration.ofMinutes(1)))
        .isInstanceOf(PlatformException.class)
        .hasMessageContaining("connect to its id again")
        .hasMessageNotContaining("another\"");
    e2b.take();
  }
}
