package dev.sandpiper.mcp;

import static dev.sandpiper.testing.Patience.until;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.agent.AgentTool;
import dev.sandpiper.agent.SandboxTools;
import dev.sandpiper.testkit.LocalSandboxes;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Through the SDK's own client, and requests that it would not send. */
@Timeout(60)
class StreamableHttpServerTest {
  private static final MediaType JSON = MediaType.get("application/json");
  private static final String PING = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";
  private static final String TOKEN = "a-token-of-this-test";

  private static LocalSandboxes local;
  private static SandboxClient client;
  private final OkHttpClient http = new OkHttpClient();
  private Sandbox sandbox;
  private SandboxTools tools;
  private StreamableHttpServer server;
  private StreamableHttpServer open; // asks for no token

  @BeforeAll
  static void start() {
    local = LocalSandboxes.start();
    client = local.blaxelClient();
  }

  @AfterAll
  static void stop() {
    client.close();
    local.close();
  }

  @BeforeEach
  void serve() throws IOException {
    sandbox = client.create(SandboxSpec.standard());
    tools = SandboxTools.of(sandbox);
    server = StreamableHttpServer.start(tools, loopback(), Optional.of(TOKEN));
    open = StreamableHttpServer.start(tools, loopback(), Optional.empty());
  }

  @AfterEach
  void end() {
    open.close();
    server.close();
    assertThatThrownBy(() -> send(post(PING))).isInstanceOf(IOException.class);
    assertThat(sandbox.processes().list()).isEmpty();
    tools.close();
    sandbox.close();
    http.connectionPool().evictAll();
  }

  private static InetSocketAddress loopback() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  private Request.Builder post(String body) {
    return new Request.Builder()
        .url(server.address().toString())
        .header("Authorization", "Bearer " + TOKEN)
        .post(RequestBody.create(body, JSON));
  }

  private String send(Request.Builder request) throws IOException {
    try (Response response = http.newCall(request.build()).execute()) {
      return response.code() + " " + response.body().string();
    }
  }

  private OfficialClient officialClient() {
    return new OfficialClient(
        HttpClientStreamableHttpTransport.builder("http://127.0.0.1:" + open.address().getPort())
            .jsonMapper(OfficialClient.MAPPER)
            .build());
  }

  @Test
  void anOfficialClientUsesTheTools() {
    try (OfficialClient official = officialClient()) {
      assertThat(official.tools())
          .containsExactlyElementsOf(tools.all().stream().map(AgentTool::name).toList());
      assertThat(official.text("write_file", Map.of("path", "f", "content", "one\n")))
          .isEqualTo("Wrote 4 bytes to f.");
      assertThat(official.text("run_command", Map.of("command", "cat f; exit 3")))
          .startsWith("exit status 3")
          .endsWith("one\n");
      assertThat(official.call("run_command", Map.of("cmd", "ls")).isError()).isTrue();
      assertThat(official.text("delete_world", Map.of())).contains("There is no tool");
    }
  }

  @Test
  void theExampleRepairsItsProgram() throws IOException {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    CodingAssistant.run(client, new PrintStream(printed, true, UTF_8));
    assertThat(printed.toString(UTF_8).lines())
        .satisfiesExactly(
            line -> assertThat(line).startsWith("read_file: ").contains("is outside of"),
            line -> assertThat(line).startsWith("edit_file: Replaced "),
            line -> assertThat(line).isEqualTo("run_command: 6"));
  }

  @Test
  void twoClientsWorkAtOnce() throws Exception {
    String wait = "touch %s; for i in $(seq 100); do [ -e %s ] && exit 0; sleep 0.1; done; exit 1";
    try (OfficialClient one = officialClient();
        OfficialClient other = officialClient()) {
      CompletableFuture<String> first =
          CompletableFuture.supplyAsync(
              () -> one.text("run_command", Map.of("command", wait.formatted("a", "b"))),
              task -> new Thread(task, "first client").start());
      String second = other.text("run_command", Map.of("command", wait.formatted("b", "a")));
      assertThat(first.get(20, TimeUnit.SECONDS)).startsWith("exit status 0");
      assertThat(second).startsWith("exit status 0");
    }
  }

  @Test
  void aSandboxThatIsGoneIsAResultWithoutAToken() {
    sandbox.kill();
    try (OfficialClient official = officialClient()) {
      String text = official.text("run_command", Map.of("command", "ls"));
      assertThat(text).contains("does not run any more").doesNotContain(TOKEN);
      local.blaxelEnvironment().values().forEach(value -> assertThat(text).doesNotContain(value));
    }
    sandbox = client.create(SandboxSpec.standard());
  }

  @Test
  void whatAWebPageCouldSendIsRefused() throws Exception {
    assertThat(send(post(PING))).startsWith("200").contains("\"result\"");
    assertThat(send(post(PING).header("Host", "evil.example"))).startsWith("403");
    assertThat(send(post(PING).header("Host", "127.0.0.1.evil.example:80"))).startsWith("403");
    assertThat(send(post(PING).header("Origin", "https://evil.example"))).startsWith("403");
    assertThat(send(post(PING).header("Origin", "null"))).startsWith("403");
    assertThat(send(post(PING).header("Sec-Fetch-Site", "cross-site"))).startsWith("403");
    assertThat(send(post(PING).header("Origin", "http://localhost:6274"))).startsWith("200");
    RequestBody form = RequestBody.create(PING, MediaType.get("text/plain"));
    assertThat(send(post(PING).post(form))).startsWith("415");
  }

  @Test
  void aRequestWithoutTheTokenIsRefused() throws Exception {
    assertThat(send(post(PING).removeHeader("Authorization")))
        .startsWith("401")
        .doesNotContain(TOKEN);
    assertThat(send(post(PING).header("Authorization", "Bearer wrong"))).startsWith("401");
    assertThatThrownBy(
            () ->
                StreamableHttpServer.start(
                    tools, new InetSocketAddress("0.0.0.0", 0), Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("needs a token");
  }

  @Test
  void whatIsNoMessageIsAnErrorAndTheNextIsAnswered() throws Exception {
    assertThat(send(post("hello"))).startsWith("400").contains("-32700");
    assertThat(send(post("[" + PING + "]"))).startsWith("400");
    assertThat(send(post(PING).header("MCP-Protocol-Version", "1999-01-01"))).startsWith("400");
    assertThat(send(post(PING).get())).startsWith("405");
    assertThat(send(post(PING).delete())).startsWith("405");
    assertThat(send(post(PING).url(server.address().resolve("/other").toString())))
        .startsWith("404");
    assertThat(send(post(" ".repeat(MessageLines.LONGEST + 1)))).startsWith("413");
    assertThat(send(post("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}")))
        .isEqualTo("202 ");
    assertThat(send(post(PING))).startsWith("200");
  }

  @Test
  void onlyTheClientThatCalledCancelsItsCall() throws Exception {
    String call =
        "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"tools/call\",\"params\":{\"name\":"
            + "\"run_command\",\"arguments\":{\"command\":\"touch started; sleep 96\"}}}";
    String cancel =
        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":5}}";
    CompletableFuture<String> answer =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return send(post(call).header("Mcp-Session-Id", "one"));
              } catch (IOException e) {
                return e.toString();
              }
            });
    until("the command runs", () -> sandbox.files().exists("started"));
    assertThat(send(post(cancel).header("Mcp-Session-Id", "other"))).isEqualTo("202 ");
    assertThat(send(post(cancel))).isEqualTo("202 ");
    assertThat(sandbox.processes().list()).hasSize(1);
    assertThat(send(post(cancel).header("Mcp-Session-Id", "one"))).isEqualTo("202 ");
    assertThat(answer.get(20, TimeUnit.SECONDS)).isEqualTo("202 ");
    assertThat(sandbox.processes().list()).isEmpty();
  }
}
