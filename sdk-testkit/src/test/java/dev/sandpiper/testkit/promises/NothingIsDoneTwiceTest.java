package dev.sandpiper.testkit.promises;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.Command;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.ExecResult;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent.OutputGap;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxFilter;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.e2b.E2bClient;
import dev.sandpiper.testkit.faults.Fault;
import dev.sandpiper.testkit.faults.FaultProxy;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NothingIsDoneTwiceTest extends LocalE2bTest {
  private static final String START = "/process.Process/Start";
  private static final String NOTE_RUN = "echo run >> runs; ";

  private FaultProxy api;
  private FaultProxy data;
  private E2bClient cutClient;
  private Sandbox cutSandbox;

  @BeforeEach
  void putProxiesInFront() throws IOException {
    Map<String, String> environment = new HashMap<>(local.e2bEnvironment());
    api = FaultProxy.inFrontOf(environment.getOrDefault("E2B_API_URL", ""));
    data = FaultProxy.inFrontOf(environment.getOrDefault("E2B_SANDBOX_URL", ""));
    environment.put("E2B_API_URL", api.url());
    environment.put("E2B_SANDBOX_URL", data.url());
    cutClient = E2bClient.builder().environment(environment).reattachLimit(Duration.ZERO).build();
    cutSandbox = cutClient.connect(sandbox.id());
  }

  @AfterEach
  void takeThemAway() throws IOException {
    cutClient.close();
    api.close();
    data.close();
  }

  private String runs() {
    return sandbox.exec("cat", "runs").stdout().text();
  }

  @Test
  void aStartWhoseAnswerIsCutBeforeItsHeadIsAdopted() {
    data.inject(START, Fault.cut());
    ExecResult result = cutSandbox.shell(NOTE_RUN + "sleep 1; echo done; exit 3");
    assertThat(result.exit()).isEqualTo(new ExitStatus.Exited(3));
    assertThat(result.stdout().isComplete()).isFalse();
    assertThat(result.stdout().text()).endsWith("done\n");
    assertThat(runs()).isEqualTo("run\n");
    assertThat(data.injections()).isEqualTo(1);
  }

  @Test
  void aStartWhoseAnswerIsCutInItsHeadIsAdopted() throws Exception {
    data.inject(START, Fault.cut().afterBytes(30));
    try (Process process =
        cutSandbox.processes().start(Command.shell(NOTE_RUN + "sleep 1; exit 4"))) {
      assertThat(process.events().next()).isInstanceOf(OutputGap.class);
      assertThat(process.waitFor()).isEqualTo(new ExitStatus.Exited(4));
    }
    assertThat(runs()).isEqualTo("run\n");
  }

  @Test
  void aStartThatIsOverBeforeItIsLookedForIsFoundByItsNonce() {
    data.inject(START, Fault.cut());
    ExecResult result = cutSandbox.shell(NOTE_RUN + "exit 5");
    assertThat(result.exit()).isEqualTo(new ExitStatus.Exited(5));
    assertThat(result.stdout().isComplete()).isFalse();
    assertThat(runs()).isEqualTo("run\n");
  }

  @Test
  void aStreamCutInTheMiddleIsALostConnectionAndNoSecondStart() {
    data.inject(START, Fault.cut().afterBytes(700));
    assertThatThrownBy(
            () -> cutSandbox.shell(NOTE_RUN + "while [ ! -e go ]; do echo line; sleep 0.01; done"))
        .isInstanceOf(ConnectionLostException.class)
        .hasMessageContaining("the sandbox still responds");
    sandbox.shell("touch go").orThrow();
    Leftovers.awaitNone("processes", () -> Leftovers.processesOf(sandbox.id()));
    assertThat(runs()).isEqualTo("run\n");
  }

  @Test
  void aCreateWhoseAnswerIsCutIsAdopted() {
    api.inject("/sandboxes HTTP", Fault.cut());
    SandboxSpec spec = SandboxSpec.standard().label("once", "adopted");
    try (Sandbox created = cutClient.create(spec)) {
      assertThat(created.exec("true").exit().isSuccess()).isTrue();
      assertThat(client.list(SandboxFilter.all().label("once", "adopted")).stream())
          .extracting(SandboxInfo::id)
          .containsExactly(created.id());
    }
    assertThat(client.list(SandboxFilter.all().label("once", "adopted"))).isEmpty();
  }

  @Test
  void aCreateThatCannotBeAdoptedIsDeleted() {
    for (int attempt = 0; attempt < 3; attempt++) {
      api.inject("/sandboxes HTTP", Fault.cut()); // each repetition, under the same key
      api.inject("/connect ", Fault.cut());
    }
    SandboxSpec spec = SandboxSpec.standard().label("once", "deleted");
    assertThatThrownBy(() -> cutClient.create(spec)).isInstanceOf(ConnectionLostException.class);
    assertThat(client.list(SandboxFilter.all().label("once", "deleted"))).isEmpty();
  }

  @Test
  void anUploadWhoseAnswerIsCutIsNotRepeated() {
    data.inject("POST /files", Fault.cut());
    assertThatThrownBy(() -> cutSandbox.files().write("file", dev.sandpiper.Content.of("content")))
        .isInstanceOf(ConnectionLostException.class)
        .satisfies(e -> assertThat(((ConnectionLostException) e).retryable()).isFalse());
    assertThat(data.injections()).isEqualTo(1);
  }
}
