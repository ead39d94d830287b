package dev.sandpiper.mcp;

import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.agent.SandboxTools;
import dev.sandpiper.agent.ToolOptions;
import dev.sandpiper.testkit.LocalSandboxes;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An example: a coding agent that is an MCP client, with a scripted model and a sandbox on this
 * machine.
 */
final class CodingAssistant {
  private CodingAssistant() {}

  /** What the model calls. */
  private record Step(String tool, Map<String, Object> arguments) {}

  private static final List<Step> SCRIPT =
      List.of(
          new Step("read_file", Map.of("path", "/etc/passwd")),
          new Step(
              "edit_file",
              Map.of("path", "mean.sh", "old_text", "$1 + $2 / 2", "new_text", "($1 + $2) / 2")),
          new Step("run_command", Map.of("command", "sh mean.sh 4 8")));

  public static void main(String[] args) throws IOException {
    try (LocalSandboxes local = LocalSandboxes.start();
        SandboxClient client = local.e2bClient()) {
      run(client, System.out);
    }
  }

  static void run(SandboxClient client, PrintStream out) throws IOException {
    try (Sandbox sandbox = client.create(SandboxSpec.standard())) {
      sandbox.files().writeText("app/mean.sh", "echo $(( $1 + $2 / 2 ))\n");
      ToolOptions options = ToolOptions.standard().root(sandbox.workingDirectory() + "/app");
      InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
      try (SandboxTools tools = SandboxTools.of(sandbox, options);
          StreamableHttpServer server =
              StreamableHttpServer.start(tools, address, Optional.empty());
          OfficialClient agent = connect(server)) {
        for (Step step : SCRIPT) {
          String read = agent.text(step.tool(), step.arguments());
          out.println(step.tool() + ": " + read.strip().lines().reduce((a, b) -> b).orElse(""));
        }
      }
    }
  }

  private static OfficialClient connect(StreamableHttpServer server) {
    return new OfficialClient(
        HttpClientStreamableHttpTransport.builder("http://127.0.0.1:" + server.address().getPort())
            .jsonMapper(OfficialClient.MAPPER)
            .build());
  }
}
