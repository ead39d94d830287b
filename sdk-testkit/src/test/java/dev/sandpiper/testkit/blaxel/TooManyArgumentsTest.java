package dev.sandpiper.testkit.blaxel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.Command;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.Process;
import dev.sandpiper.blaxel.BlaxelSandbox;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Arguments and variables that Linux takes one by one, and not all together. */
@Timeout(60)
class TooManyArgumentsTest {
  @RegisterExtension final LocalClient local = new LocalClient();

  private static Command arguments() {
    return Command.of("true", Collections.nCopies(30, "x".repeat(100_000)).toArray(String[]::new));
  }

  @Test
  void tooManyArgumentsAreRefusedWithTheReason() throws Exception {
    BlaxelSandbox sandbox = local.sandbox();
    assertThatThrownBy(() -> sandbox.exec(arguments()))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("argument list too long");
    try (Process process = sandbox.start(arguments())) {
      assertThatThrownBy(process::waitFor)
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("argument list too long");
    }
    sandbox.exec("true");
    sandbox.close();
    assertThat(local.files()).isEmpty();
  }

  @Test
  void tooManyVariablesAreRefusedWithTheReason() {
    Map<String, String> variables = new HashMap<>();
    IntStream.range(0, 30).forEach(i -> variables.put("V" + i, "x".repeat(100_000)));
    BlaxelSandbox sandbox = local.sandbox();
    assertThatThrownBy(() -> sandbox.exec(Command.of("true").environment(variables)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("argument list too long");
  }
}
