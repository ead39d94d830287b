package dev.sandpiper.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.mcp.McpOptions.Platform;
import dev.sandpiper.mcp.McpOptions.UsageException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The arguments of the command, and what the environment says in their place. */
class McpOptionsTest {
  private static final Map<String, String> E2B = Map.of("E2B_API_KEY", "e2b_key");

  private static void refused(Map<String, String> environment, String reason, String... words) {
    assertThatThrownBy(() -> McpOptions.of(List.of(words), environment))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void aWrongArgumentIsRefusedWithWhatIsRight() {
    refused(Map.of(), "set E2B_API_KEY");
    refused(E2B, "no option --htp", "--htp", "1");
    refused(E2B, "--http needs a value", "--http");
    refused(E2B, "0 to 65535", "--http", "70000");
    refused(E2B, "10 to 86400, not 9", "--time-to-live", "9");
    refused(E2B, "e2b or blaxel, not ec2", "--platform", "ec2");
    refused(E2B, "leave it or --sandbox out", "--sandbox", "a", "--template", "b");
  }

  @Test
  void anArgumentGoesBeforeTheEnvironment() throws Exception {
    Map<String, String> environment =
        Map.of("E2B_API_KEY", "e2b_key", "SANDPIPER_ROOT", "/a", "SANDPIPER_MCP_TOKEN", "secret");
    McpOptions options =
        McpOptions.of(List.of("--platform", "blaxel", "--root", "/b"), environment);
    assertThat(options.platform()).isEqualTo(Platform.BLAXEL);
    assertThat(options.root()).contains("/b");
    assertThat(options.token()).contains("secret");
    assertThat(options.toString()).doesNotContain("secret");
    assertThat(McpOptions.of(List.of(), environment).platform()).isEqualTo(Platform.E2B);
    assertThat(McpOptions.of(List.of(), environment).root()).contains("/a");
  }
}
