package dev.sandpiper.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.SandboxFilter;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.testkit.LocalSandboxes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class QuickstartTest {
  private static final SandboxFilter ALIVE = SandboxFilter.all().state(SandboxInfo.State.RUNNING);

  private static String run(Map<String, String> environment, String... arguments)
      throws IOException {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    try (Platform platform = Platform.choose(List.of(arguments), environment)) {
      printed.writeBytes((platform.description() + "\n").getBytes(UTF_8));
      Quickstart.run(platform.client(), new PrintStream(printed, true, UTF_8));
      assertThat(platform.client().list(ALIVE)).isEmpty();
    }
    return printed.toString(UTF_8);
  }

  @Test
  void withoutAKeyItRunsOnThisMachine() throws IOException {
    assertThat(run(Map.of()))
        .startsWith("in a local sandbox")
        .contains("  | 100 years read, from 1871 to 1970, mean 919\n")
        .contains("  | 10000 shuffles, 0 with a drift as large\n")
        .contains("exit status 1.\n")
        .contains("  1871,1898,1097.8\n");
  }

  @Test
  void withAKeyItRunsAtE2b() throws IOException {
    try (LocalSandboxes e2b = LocalSandboxes.start()) {
      assertThat(run(e2b.e2bEnvironment())).startsWith("at E2B").contains("  1899,1970,850.0\n");
    }
  }

  @Test
  void asBlaxelItRunsOnThisMachineToo() throws IOException {
    assertThat(run(Map.of(), "blaxel"))
        .startsWith("in a local sandbox")
        .contains("  | 100 years read, from 1871 to 1970, mean 919\n")
        .contains("exit status 1.\n")
        .contains("  1871,1898,1097.8\n");
  }

  @Test
  void withItsKeyItRunsAtBlaxel() throws IOException {
    try (LocalSandboxes blaxel = LocalSandboxes.start()) {
      assertThat(run(blaxel.blaxelEnvironment()))
          .startsWith("at Blaxel")
          .contains("  1899,1970,850.0\n");
    }
  }
}
