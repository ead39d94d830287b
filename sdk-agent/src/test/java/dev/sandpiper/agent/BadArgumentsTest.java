package dev.sandpiper.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.fake.FakeSandboxes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Arguments that a model got wrong are results that name the field; nothing is sent for them. */
class BadArgumentsTest {
  private final FakeSandboxes fake = new FakeSandboxes();
  private final Sandbox sandbox = fake.create(SandboxSpec.standard());
  private final SandboxTools tools = SandboxTools.of(sandbox);

  @AfterEach
  void proveThatNothingWasRun() {
    assertThat(fake.commands()).isEmpty();
    tools.close();
    sandbox.close();
  }

  private String refusal(String tool, String arguments) {
    ToolResult result = tools.call(tool, arguments);
    assertThat(result.isError()).as(result.text()).isTrue();
    return result.text();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}|'command' must be a string of 1 to 100000 characters without NUL, but it is missing",
        "{\"command\":7}|'command' must be a string of 1 to 100000 characters without NUL, but it is 7",
        "{\"command\":[\"ls\"]}|but it is of the type array",
        "{\"command\":\"\"}|but it is a string of 0 characters that does not fit",
        "{\"command\":\"a\\u0000b\"}|without NUL",
        "{\"command\":\"\\ud800\"}|that does not fit",
        "{\"command\":\"ls\",\"timeout_seconds\":\"9\"}|an integer from 1 to 600, but it is of the type string",
        "{\"command\":\"ls\",\"timeout_seconds\":601}|an integer from 1 to 600, but it is 601",
        "{\"command\":\"ls\",\"timeout_seconds\":1e99}|an integer from 1 to 600",
        "{\"command\":\"ls\",\"timeout_seconds\":99999999999999999999999}|an integer from 1 to 600",
        "{\"command\":\"ls\",\"cwd\":\"/\"}|no argument 'cwd'. The arguments are: command, directory, timeout_seconds",
        "{\"command\":|not JSON",
        "{}{}|not JSON",
        "[\"ls\"]|not an object",
        "null|not an object",
      })
  void aCallThatDoesNotFitTheSchema(String arguments, String expected) {
    assertThat(refusal("run_command", arguments)).contains(expected, "repeat it");
  }

  @Test
  void argumentsThatAreDeepOrHugeAreRefused() {
    String deep = "[".repeat(100_000);
    assertThat(refusal("run_command", "{\"command\":" + deep)).contains("nested too deeply");
    String huge = "x".repeat(5 << 20);
    assertThat(refusal("write_file", "{\"path\":\"f\",\"content\":\"" + huge + "\"}"))
        .contains("'content' must be a string of 0 to 4194304 characters, but it is a string of");
    assertThat(refusal("run_command", " ".repeat(17 << 20))).contains("in several calls");
  }

  @Test
  void everySchemaIsAnObjectThatTakesNothingElse() throws Exception {
    for (AgentTool tool : tools.all()) {
      JsonNode schema = new ObjectMapper().readTree(tool.inputSchema());
      assertThat(schema.path("type").asText()).isEqualTo("object");
      assertThat(schema.path("additionalProperties").asBoolean(true)).isFalse();
      assertThat(tool.name()).matches("[a-z_]{1,64}");
      assertThat(tool.description()).isNotBlank();
      schema
          .path("required")
          .forEach(name -> assertThat(schema.path("properties").has(name.asText())).isTrue());
    }
    assertThat(tools.all()).hasSize(10);
  }

  @Test
  void whatModelsWriteForNothingIsTaken() {
    ToolResult result = tools.call("list_files", "{\"path\":null,\"depth\":1}");
    assertThat(result.isError()).as(result.text()).isFalse();
    assertThat(tools.call("list_files", "").isError()).isFalse();
  }
}
