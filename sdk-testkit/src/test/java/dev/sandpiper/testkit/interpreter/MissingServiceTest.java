package dev.sandpiper.testkit.interpreter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.blaxel.BlaxelClient;
import dev.sandpiper.blaxel.BlaxelSandbox;
import dev.sandpiper.e2b.E2bClient;
import dev.sandpiper.e2b.E2bSandbox;
import dev.sandpiper.interpreter.CodeInterpreter;
import dev.sandpiper.testkit.LocalSandboxes;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A local sandbox has no kernels, and answers on their port as the platforms do. */
@Timeout(60)
class MissingServiceTest {
  @Test
  void atE2bTheErrorNamesTheTemplate() {
    try (LocalSandboxes local = LocalSandboxes.start();
        E2bClient client = local.e2bClient();
        E2bSandbox sandbox = client.create(SandboxSpec.standard())) {
      expectMissing(sandbox.codeInterpreter(), "port 49999", E2bSandbox.CODE_INTERPRETER_TEMPLATE);
    }
  }

  @Test
  void atBlaxelTheErrorNamesTheImage() {
    try (LocalSandboxes local = LocalSandboxes.start();
        BlaxelClient client = local.blaxelClient();
        BlaxelSandbox sandbox = client.create(SandboxSpec.standard())) {
      expectMissing(sandbox.codeInterpreter(), "port 8888", BlaxelSandbox.CODE_INTERPRETER_IMAGE);
    }
  }

  private static void expectMissing(CodeInterpreter interpreter, String port, String image) {
    List<ThrowingCallable> calls =
        List.of(
            () -> interpreter.runCode("1 + 1"),
            interpreter::createContext,
            interpreter::contexts,
            () -> interpreter.restart("c1"),
            () -> interpreter.delete("c1"));
    for (ThrowingCallable call : calls) {
      NotFoundException missing = catchThrowableOfType(NotFoundException.class, call);
      assertThat(missing.what()).isEqualTo(What.LISTENER);
      assertThat(missing.status()).hasValue(502);
      assertThat(missing).hasMessageContaining(port).hasMessageContaining(image);
    }
  }
}
