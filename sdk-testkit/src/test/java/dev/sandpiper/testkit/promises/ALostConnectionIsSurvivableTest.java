package dev.sandpiper.testkit.promises;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.Command;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.ExecResult;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessEvent.OutputGap;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.Sandbox;
import dev.sandpiper.e2b.E2bClient;
import dev.sandpiper.testkit.faults.Fault;
import dev.sandpiper.testkit.faults.FaultProxy;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ALostConnectionIsSurvivableTest extends LocalE2bTest {
  private static final String START = "/process.Process/Start";
  private static final String CONNECT = "/process.Process/Connect";

  private FaultProxy data;
  private E2bClient cutClient;
  private Sandbox cutSandbox;

  @BeforeEach
  void putAProxyInFront() throws IOException {
    Map<String, String> environment = new HashMap<>(local.e2bEnvironment());
    data = FaultProxy.inFrontOf(environment.getOrDefault("E2B_SANDBOX_URL", ""));
    environment.put("E2B_SANDBOX_URL", data.url());
    cutClient = E2bClient.builder().environment(environment).build();
    cutSandbox = cutClient.connect(sandbox.id());
  }

  @AfterEach
  void takeItAway() throws IOException {
    cutClient.close();
    data.close();
  }

  @Test
  void aStreamThatIsCutGoesOnAndSaysWhatIsMissing() {
    data.inject(START, Fault.cut().afterBytes(900));
    ExecResult result =
        cutSandbox.shell(
            "echo run >> runs; n=0; while [ $n -lt 60 ]; do echo line $n; n=$((n+1)); sleep 0.02;"
                + " done; exit 7");
    assertThat(result.exit()).isEqualTo(new ExitStatus.Exited(7));
    assertThat(result.stdout().isComplete()).isFalse();
    assertThat(result.stdout().text()).startsWith("line 0\n").endsWith("line 59\n");
    assertThat(sandbox.exec("cat", "runs").stdout().text()).isEqualTo("run\n");
    assertThat(data.injections()).isEqualTo(1);
  }

  @Test
  void whatCameBeforeAndBehindTheGapIsExact() throws Exception {
    data.inject(START, Fault.cut().afterBytes(700));
    data.inject(CONNECT, Fault.cut().afterBytes(700));
    List<String> lines = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    int gaps = 0;
    try (Process process =
        cutSandbox
            .processes()
            .start(
                Command.shell("for n in $(seq 100); do echo line $n; sleep 0.02; done")
                    .mergeErrors())) {
      for (ProcessEvent event : process.events()) {
        if (event instanceof OutputGap gap) {
          assertThat(gap.from().isPresent()).isEqualTo(gaps++ == 0);
          if (gap.from().isPresent()) {
            assertThat(gap.from().getAsLong()).isEqualTo(text.toString().getBytes(UTF_8).length);
          }
        } else if (event instanceof Output output) {
          text.append(output.text());
        }
      }
    }
    assertThat(gaps).isEqualTo(2);
    text.toString().lines().forEach(lines::add);
    assertThat(lines).first().isEqualTo("line 1");
    assertThat(lines).last().isEqualTo("line 100");
    assertThat(lines).doesNotHaveDuplicates();
  }

  @Test
  void anExitThatWasMissedIsFetched() {
    data.inject(START, Fault.cut().afterBytes(600));
    ExecResult result = cutSandbox.shell("head -c 400 /dev/zero; exit 9");
    assertThat(result.exit()).isEqualTo(new ExitStatus.Exited(9));
  }

  @Test
  void anExitThatWasMissedIsFetchedBesideOtherProcesses() {
    try (Process first = sandbox.processes().start(Command.of("sleep", "60"));
        Process second = sandbox.processes().start(Command.of("sleep", "60"))) {
      assertThat(first.ref()).isNotEqualTo(second.ref());
      for (int i = 0; i < 5; i++) {
        data.inject(START, Fault.cut().afterBytes(600));
        ExecResult result = cutSandbox.shell("head -c 400 /dev/zero; exit 9");
        assertThat(result.exit()).isEqualTo(new ExitStatus.Exited(9));
      }
    }
  }

  @Test
  void inputGoesOnBehindTheGap() throws Exception {
    data.inject(START, Fault.cut().afterBytes(500));
    try (Process process =
        cutSandbox
            .processes()
            .start(Command.shell("head -c 300 /dev/zero; cat > copy; wc -c < copy").openStdin())) {
      await("the cut", () -> data.injections() == 1);
      process.stdin().write(new byte[100_000]);
      process.stdin().close();
      assertThat(process.waitFor().isSuccess()).isTrue();
    }
    assertThat(sandbox.shell("wc -c < copy").stdout().text().strip()).isEqualTo("100000");
  }

  @Test
  void aProcessIsFollowedFromAnotherClientByItsText() throws Exception {
    Process process =
        sandbox.processes().start(Command.shell("until [ -e go ]; do sleep 0.05; done; exit 4"));
    String text = process.detach().toString();
    try (E2bClient another = local.e2bClient();
        Process again = another.connect(sandbox.id()).processes().attach(ProcessRef.parse(text))) {
      assertThat(again.events().next()).isInstanceOf(OutputGap.class);
      sandbox.exec("touch", "go").orThrow();
      assertThat(again.waitFor()).isEqualTo(new ExitStatus.Exited(4));
    }
  }

  @Test
  void aForgedNonceFindsNothing() {
    try (Process process = sandbox.processes().start(Command.of("sleep", "60"))) {
      ProcessRef ref = process.ref();
      ProcessRef forged = new ProcessRef("e2b", ref.sandboxId(), ref.processId(), "sp-0000");
      assertThatThrownBy(() -> sandbox.processes().attach(forged))
          .isInstanceOf(NotFoundException.class);
    }
  }

  @Test
  void aSandboxThatIsGoneIsALostConnectionAtOnce() throws Exception {
    try (Process process = cutSandbox.processes().start(Command.of("sleep", "60"))) {
      sandbox.kill();
      assertThatThrownBy(process::waitFor)
          .isInstanceOf(ConnectionLostException.class)
          .hasMessageContaining("the sandbox is gone");
    }
  }
}
