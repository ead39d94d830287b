package dev.sandpiper.mcp;

import static dev.sandpiper.testing.Patience.until;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.testkit.LocalSandboxes;
import io.modelcontextprotocol.client.transport.ServerParameters;
import io.modelcontextprotocol.client.transport.StdioClientTransport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The command in a JVM of its own: what it writes, and what it leaves. */
@Timeout(180)
class McpCommandTest {
  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin/java").toString();
  private static final String PING = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n";

  private LocalSandboxes local;
  private SandboxClient client;

  @BeforeEach
  void start() {
    local = LocalSandboxes.start();
    client = local.e2bClient();
  }

  @AfterEach
  void stop() {
    client.close();
    local.close();
  }

  private static List<String> arguments(String... more) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "-XX:TieredStopAtLevel=1",
                "-classpath",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                "dev.sandpiper.mcp.McpCommand"));
    words.addAll(List.of(more));
    return words;
  }

  private static Process command(Map<String, String> environment, String... more)
      throws IOException {
    List<String> words = new ArrayList<>(List.of(JAVA));
    words.addAll(arguments(more));
    ProcessBuilder builder = new ProcessBuilder(words);
    builder.environment().keySet().removeIf(name -> name.matches("(E2B|BL|SANDPIPER)_.*"));
    builder.environment().putAll(environment);
    return builder.start();
  }

  private static String lineOf(BufferedReader errors, String containing) throws IOException {
    for (String line = errors.readLine(); line != null; line = errors.readLine()) {
      if (line.contains(containing)) return line;
    }
    throw new AssertionError("it ended and did not say: " + containing);
  }

  private List<String> sandboxes() {
    return client.list().stream().map(SandboxInfo::id).toList();
  }

  @Test
  void anOfficialClientStartsItAndItsSandboxEndsWithIt() {
    ServerParameters parameters =
        ServerParameters.builder(JAVA).args(arguments()).env(local.e2bEnvironment()).build();
    try (OfficialClient official =
        new OfficialClient(new StdioClientTransport(parameters, OfficialClient.MAPPER))) {
      assertThat(official.tools()).hasSize(10);
      assertThat(official.text("run_command", Map.of("command", "echo $((6 * 7))")))
          .endsWith("42\n");
      assertThat(sandboxes()).hasSize(1);
    }
    until("the sandbox is killed", () -> sandboxes().isEmpty());
  }

  @Test
  void theEndOfItsInputEndsItAndStdoutHasOnlyMessages() throws Exception {
    Process process = command(local.e2bEnvironment());
    try (OutputStream in = process.getOutputStream()) {
      in.write(("noise\n" + PING).getBytes(UTF_8));
      in.flush();
      JsonNode first = new ObjectMapper().readTree(process.inputReader().readLine());
      JsonNode second = new ObjectMapper().readTree(process.inputReader().readLine());
      assertThat(first.path("error").path("code").asInt()).isEqualTo(-32700);
      assertThat(second.path("id").asInt()).isEqualTo(1);
      assertThat(sandboxes()).hasSize(1);
    }
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    assertThat(process.inputReader().readLine()).isNull();
    assertThat(sandboxes()).isEmpty();
    String errors = String.join("\n", process.errorReader().lines().toList());
    assertThat(errors).doesNotContain(local.e2bEnvironment().get("E2B_API_KEY"));
  }

  @Test
  void aSandboxThatWasGivenIsLeft() throws Exception {
    try (Sandbox given = client.create(SandboxSpec.standard())) {
      Process process = command(local.e2bEnvironment(), "--sandbox", given.id());
      lineOf(process.errorReader(), given.id());
      process.getOutputStream().close();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(sandboxes()).containsExactly(given.id());
      assertThat(given.exec("echo", "alive").outText()).isEqualTo("alive\n");
    }
  }

  @Test
  void aCreatedSandboxIsProlongedUntilASignalKillsIt() throws Exception {
    Process process = command(local.e2bEnvironment(), "--time-to-live", "10");
    lineOf(process.errorReader(), "MCP server with the sandbox");
    Instant first = end();
    until("its time to live is prolonged", () -> end().isAfter(first));
    process.toHandle().destroy(); // as a signal from elsewhere: its output stays readable
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.inputReader().readLine()).isNull();
    assertThat(sandboxes()).isEmpty();
  }

  /** When the only sandbox ends. */
  private Instant end() {
    List<SandboxInfo> all = client.list().stream().toList();
    assertThat(all).hasSize(1);
    return all.get(0).expiresAt().orElseThrow();
  }

  @Test
  void aSignalEndsTheHttpServerAndItsSandbox() throws Exception {
    Map<String, String> environment = new HashMap<>(local.blaxelEnvironment());
    environment.put("SANDPIPER_MCP_TOKEN", "abc");
    Process process = command(environment, "--http", "0");
    String said = lineOf(process.errorReader(), "serving http");
    String address = said.substring(said.indexOf("http"));
    try (SandboxClient blaxel = local.blaxelClient()) {
      assertThat(status(address, "wrong")).isEqualTo(401);
      assertThat(status(address, "abc")).isEqualTo(200);
      assertThat(blaxel.list().stream()).hasSize(1);
      process.toHandle().destroy(); // as a signal from elsewhere: its output stays readable
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(process.inputReader().readLine()).isNull();
      assertThat(blaxel.list().stream()).isEmpty();
    }
  }

  private static int status(String address, String token) throws IOException {
    Request request =
        new Request.Builder()
            .url(address)
            .header("Authorization", "Bearer " + token)
            .post(RequestBody.create(PING, MediaType.get("application/json")))
            .build();
    try (Response response = new OkHttpClient().newCall(request).execute()) {
      return response.code();
    }
  }

  @Test
  void aCallThatIsWrongSaysWhatIsWrong() throws Exception {
    assertThat(refusal(2, Map.of(), "--htp", "1")).contains("no option --htp");
    assertThat(refusal(1, local.e2bEnvironment(), "--http", "0", "--bind", "0.0.0.0"))
        .contains("needs a token");
    assertThat(sandboxes()).isEmpty();
  }

  private static String refusal(int exit, Map<String, String> environment, String... more)
      throws Exception {
    Process process = command(environment, more);
    String errors = String.join("\n", process.errorReader().lines().toList());
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(errors).isEqualTo(exit);
    assertThat(process.inputReader().readLine()).isNull();
    return errors;
  }
}
