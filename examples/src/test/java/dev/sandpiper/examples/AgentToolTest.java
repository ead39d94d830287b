package dev.sandpiper.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.Command;
import dev.sandpiper.ExecResult;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxException;
import dev.sandpiper.testkit.junit.FaultType;
import dev.sandpiper.testkit.junit.SandboxTest;
import dev.sandpiper.testkit.junit.WithFault;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How a tool of an agent is tested against a sandbox on this machine. */
@SandboxTest
class AgentToolTest {

  /** A tool that runs a model's Python and answers with text that the model can read. */
  record PythonTool(Sandbox sandbox) {
    String run(String code) {
      Command python = Command.of("python3", "-c", code).timeout(Duration.ofSeconds(20));
      try {
        ExecResult result = sandbox.exec(python);
        return result.exit().isSuccess()
            ? result.outText()
            : "It failed with " + result.exit() + ":\n" + result.errText();
      } catch (SandboxException e) {
        return "The sandbox failed: " + e.getMessage();
      }
    }
  }

  @Test
  void theModelReadsWhatItsCodePrints(Sandbox sandbox) {
    assertThat(new PythonTool(sandbox).run("print(6 * 7)")).isEqualTo("42\n");
  }

  @Test
  void theModelReadsWhyItsCodeFailed(Sandbox sandbox) {
    assertThat(new PythonTool(sandbox).run("open('missing.csv')"))
        .startsWith("It failed with exit status 1:")
        .contains("FileNotFoundError", "missing.csv");
  }

  @Test
  @WithFault(value = FaultType.ANSWER, request = "Start", status = 503)
  void theModelReadsThatNobodyKnowsWhetherItsCodeRan(Sandbox sandbox) {
    assertThat(new PythonTool(sandbox).run("print('once')"))
        .startsWith("The sandbox failed: ")
        .contains("it is unknown whether python3 ran");
  }

  @Test
  void codeFindsTheFilesThatTheTestHasWritten(Sandbox sandbox) {
    sandbox.files().writeText("nile.csv", "1871,1120\n1872,1160\n");
    assertThat(new PythonTool(sandbox).run("print(len(open('nile.csv').readlines()))"))
        .isEqualTo("2\n");
  }
}
