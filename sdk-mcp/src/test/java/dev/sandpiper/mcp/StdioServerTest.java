package dev.sandpiper.mcp;

import static dev.sandpiper.testing.Patience.until;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.agent.SandboxTools;
import dev.sandpiper.agent.ToolOptions;
import dev.sandpiper.testkit.LocalSandboxes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The messages of MCP as they are, and what clients and models get wrong in them. */
@Timeout(60)
class StdioServerTest {
  private static LocalSandboxes local;
  private static SandboxClient client;
  private Sandbox sandbox;
  private SandboxTools tools;
  private Conversation conversation;

  @BeforeAll
  static void start() {
    local = LocalSandboxes.start();
    client = local.e2bClient();
  }

  @AfterAll
  static void stop() {
    client.close();
    local.close();
  }

  @BeforeEach
  void converse() throws IOException {
    sandbox = client.create(SandboxSpec.standard());
    sandbox.files().makeDirectory("app");
    tools =
        SandboxTools.of(sandbox, ToolOptions.standard().root(sandbox.workingDirectory() + "/app"));
    conversation = new Conversation(tools);
  }

  @AfterEach
  void proveThatNothingIsLeft() throws IOException {
    conversation.close();
    assertThat(conversation.left()).isNull();
    tools.close();
    sandbox.close();
  }

  @Test
  void aClientIsAnsweredInTheVersionThatItSpeaks() throws Exception {
    conversation.send(
        "{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"initialize\",\"params\":{\"protocolVersion\":"
            + "\"2025-06-18\",\"capabilities\":{},\"clientInfo\":{\"name\":\"c\",\"version\":\"1\"}}}");
    JsonNode answer = conversation.next();
    assertThat(answer.path("id").asText()).isEqualTo("a");
    assertThat(answer.path("result").path("protocolVersion").asText()).isEqualTo("2025-06-18");
    conversation.send("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}");
    conversation.send("{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/list\"}");
    JsonNode listed = conversation.next().path("result").path("tools");
    assertThat(listed).hasSize(10);
    assertThat(listed.path(0).path("inputSchema").path("properties").has("timeout_seconds"))
        .isTrue();
  }

  @Test
  void whatIsNoMessageIsAnErrorAndTheNextIsAnswered() throws Exception {
    conversation.send("hello");
    conversation.send("[".repeat(5_000));
    conversation.send("{\"jsonrpc\":\"2.0\"}");
    conversation.send("");
    for (int i = 0; i < 3; i++) {
      assertThat(conversation.next().path("error").path("code").asInt()).isEqualTo(-32700);
    }
    conversation.send("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"no/such\"}");
    assertThat(conversation.next().path("error").path("code").asInt()).isEqualTo(-32601);
    conversation.send("{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\"}");
    assertThat(conversation.next().path("error").path("code").asInt()).isEqualTo(-32602);
    conversation.send("{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"ping\"}");
    assertThat(conversation.next().has("result")).isTrue();
  }

  @Test
  void aLineThatIsTooLongIsSkippedAndOneWithoutItsEndIsNone() throws IOException {
    byte[] bytes = "too long a line\nfits\nunfinished".getBytes(UTF_8);
    MessageLines lines = new MessageLines(new ByteArrayInputStream(bytes), 8);
    assertThat(lines.next()).isEqualTo(new MessageLines.Line("", true));
    assertThat(lines.next()).isEqualTo(new MessageLines.Line("fits", false));
    assertThat(lines.next()).isNull();
  }

  @Test
  void whatAModelGetsWrongIsAResult() throws Exception {
    sandbox.files().writeText("app/f", "one\none\n");
    sandbox.exec("ln", "-s", "/etc", "app/link").orThrow();
    assertThat(conversation.errorOf("delete_world", "{}"))
        .contains("There is no tool 'delete_world'", "run_command");
    assertThat(conversation.errorOf("run_command", "{\"cmd\":\"ls\"}"))
        .contains("no argument 'cmd'");
    assertThat(conversation.errorOf("run_command", "[1]")).contains("not an object");
    assertThat(conversation.errorOf("read_file", "{\"path\":\"/etc/passwd\"}"))
        .contains("is outside of");
    assertThat(conversation.errorOf("read_file", "{\"path\":\"link/passwd\"}"))
        .contains("is outside of");
    assertThat(
            conversation.errorOf(
                "edit_file", "{\"path\":\"f\",\"old_text\":\"two\",\"new_text\":\"x\"}"))
        .contains("does not occur");
    assertThat(
            conversation.errorOf(
                "edit_file", "{\"path\":\"f\",\"old_text\":\"one\",\"new_text\":\"x\"}"))
        .contains("2 occurrences");
    assertThat(
            conversation.errorOf("run_command", "{\"command\":\"sleep 99\",\"timeout_seconds\":1}"))
        .contains("took longer than 1 seconds");
  }

  @Test
  void muchOutputIsCut() throws Exception {
    conversation.call(1, "run_command", "{\"command\":\"yes | head -c 10000000\"}");
    JsonNode result = conversation.next().path("result");
    assertThat(result.path("isError").asBoolean()).isFalse();
    assertThat(result.path("content").path(0).path("text").asText())
        .hasSizeLessThanOrEqualTo(16_000)
        .contains("missing");
  }

  @Test
  void aCallAfterTheSandboxIsGoneSaysSoAndNoToken() throws Exception {
    sandbox.kill();
    String text = conversation.errorOf("run_command", "{\"command\":\"ls\"}");
    assertThat(text).contains("does not run any more", "stop");
    local.e2bEnvironment().forEach((name, value) -> assertThat(text).doesNotContain(value));
  }

  @Test
  void twoCallsRunAtOnce() throws Exception {
    String wait = "for i in $(seq 100); do [ -e %s ] && exit 0; sleep 0.1; done; exit 1";
    conversation.call(1, "run_command", "{\"command\":\"touch a; " + wait.formatted("b") + "\"}");
    conversation.call(2, "run_command", "{\"command\":\"touch b; " + wait.formatted("a") + "\"}");
    for (int i = 0; i < 2; i++) {
      assertThat(conversation.next().path("result").path("content").path(0).path("text").asText())
          .startsWith("exit status 0");
    }
  }

  @Test
  void aCancelledCallStopsItsCommandAndIsNotAnswered() throws Exception {
    conversation.call(5, "run_command", "{\"command\":\"touch started; sleep 98\"}");
    until("the command runs", () -> sandbox.files().exists("app/started"));
    conversation.send(
        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":6}}");
    conversation.send("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}");
    assertThat(conversation.next().path("id").asInt()).isEqualTo(1);
    assertThat(sandbox.processes().list()).hasSize(1);
    conversation.send(
        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":5}}");
    until("the command is stopped", () -> sandbox.processes().list().isEmpty());
    conversation.send("{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}");
    assertThat(conversation.next().path("id").asInt()).isEqualTo(2);
  }

  @Test
  void theEndOfTheInputStopsWhatRuns() throws Exception {
    conversation.call(5, "run_command", "{\"command\":\"touch started; sleep 97\"}");
    until("the command runs", () -> sandbox.files().exists("app/started"));
    conversation.close();
    until("the command is stopped", () -> sandbox.processes().list().isEmpty());
  }
}
