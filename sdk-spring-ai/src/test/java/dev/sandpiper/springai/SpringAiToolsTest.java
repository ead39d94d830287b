package dev.sandpiper.springai;

import static dev.sandpiper.springai.ScriptedChatModel.call;
import static dev.sandpiper.testing.Patience.until;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.agent.AgentTool;
import dev.sandpiper.agent.SandboxTools;
import dev.sandpiper.agent.ToolOptions;
import dev.sandpiper.testkit.LocalSandboxes;
import io.micrometer.observation.ObservationRegistry;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.client.advisor.ToolCallingAdvisor;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.model.tool.DefaultToolCallingManager;
import org.springframework.ai.tool.definition.ToolDefinition;

/** Through Spring AI's own chat client, which shows a model the tools and calls them. */
@Timeout(60)
class SpringAiToolsTest {
  private static final AssistantMessage DONE = new AssistantMessage("done");
  private static LocalSandboxes local;
  private static SandboxClient client;
  private Sandbox sandbox;
  private SandboxTools tools;

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
  void create() {
    sandbox = client.create(SandboxSpec.standard());
    sandbox.files().makeDirectory("app");
    tools =
        SandboxTools.of(sandbox, ToolOptions.standard().root(sandbox.workingDirectory() + "/app"));
  }

  @AfterEach
  void kill() {
    tools.close();
    sandbox.close();
  }

  private @Nullable String chat(ScriptedChatModel model) {
    return ChatClient.builder(model)
        .defaultTools(SpringAiTools.of(tools))
        .build()
        .prompt("work")
        .toolContext(Map.of("tenant", "acme"))
        .call()
        .content();
  }

  /** What the model read after this one call, in a conversation that went on to its end. */
  private String resultOf(String tool, String arguments) {
    ScriptedChatModel model = new ScriptedChatModel(call(tool, arguments), DONE);
    assertThat(chat(model)).isEqualTo("done");
    return model.results().get(0);
  }

  @Test
  void aClientShowsTheModelEachToolWithItsSchema() {
    ScriptedChatModel model = new ScriptedChatModel(DONE);
    chat(model);
    assertThat(model.shown())
        .extracting(ToolDefinition::name)
        .containsExactlyElementsOf(tools.all().stream().map(AgentTool::name).toList());
    ToolDefinition first = model.shown().get(0);
    assertThat(first.description()).isEqualTo(tools.all().get(0).description());
    assertThat(first.inputSchema()).isEqualTo(tools.all().get(0).inputSchema());
  }

  @Test
  void whatAModelCallsIsRunAndItsMistakesAreResults() {
    ScriptedChatModel model =
        new ScriptedChatModel(
            call("write_file", "{\"path\":\"f\",\"content\":\"one\\none\\n\"}"),
            call("edit_file", "{\"path\":\"f\",\"old_text\":\"two\",\"new_text\":\"x\"}"),
            call("edit_file", "{\"path\":\"f\",\"old_text\":\"one\",\"new_text\":\"x\"}"),
            call("run_command", "{\"cmd\":\"ls\"}"),
            call("run_command", "{\"command\":"),
            call("list_files", ""),
            DONE);
    assertThat(chat(model)).isEqualTo("done");
    assertThat(sandbox.files().readText("app/f")).isEqualTo("one\none\n");
    List<String> results = model.results();
    assertThat(results.get(0)).matches("Wrote 8 bytes to .*/f\\.");
    assertThat(results.get(1)).contains("does not occur");
    assertThat(results.get(2)).contains("has 2 occurrences at lines 1, 2");
    assertThat(results.get(3)).contains("no argument 'cmd'");
    assertThat(results.get(4)).contains("not JSON");
    assertThat(results.get(5)).contains("f 8 bytes");
  }

  @Test
  void whatLeadsOutOfTheRootIsRefusedAlsoByALink() {
    sandbox.exec("ln", "-s", "/etc", "app/link").orThrow();
    assertThat(resultOf("read_file", "{\"path\":\"/etc/passwd\"}")).contains("is outside of");
    assertThat(resultOf("read_file", "{\"path\":\"link/passwd\"}")).contains("is outside of");
  }

  @Test
  void muchOutputIsCutAndACommandWithoutEndIsStopped() {
    String much = resultOf("run_command", "{\"command\":\"yes | head -c 10000000\"}");
    assertThat(much).hasSizeLessThanOrEqualTo(16_000).contains("missing");
    assertThat(resultOf("run_command", "{\"command\":\"sleep 99\",\"timeout_seconds\":1}"))
        .contains("took longer than 1 seconds", "start_command");
  }

  @Test
  void aSandboxThatIsGoneDoesNotEndTheConversation() {
    sandbox.kill();
    assertThat(resultOf("run_command", "{\"command\":\"ls\"}"))
        .contains("does not run any more", "stop");
  }

  @Test
  void anInventedToolIsAResultIfTheManagerAsksTheTools() {
    ScriptedChatModel model = new ScriptedChatModel(call("delete_world", "{}"), DONE);
    assertThatThrownBy(() -> chat(model)).hasMessageContaining("delete_world");
    ScriptedChatModel again = new ScriptedChatModel(call("delete_world", "{}"), DONE);
    DefaultToolCallingManager manager =
        DefaultToolCallingManager.builder()
            .toolCallbackResolver(SpringAiTools.of(tools))
            .resolutionFallbackEnabled(true)
            .build();
    String answer =
        ChatClient.builder(
                again,
                ObservationRegistry.NOOP,
                null,
                null,
                ToolCallingAdvisor.builder().toolCallingManager(manager))
            .defaultTools(SpringAiTools.of(tools))
            .build()
            .prompt("work")
            .call()
            .content();
    assertThat(answer).isEqualTo("done");
    assertThat(again.results().get(0))
        .contains("There is no tool 'delete_world'", "run_command", "grep");
  }

  @Test
  void anInterruptStopsTheCommandAndEndsTheConversation() throws Exception {
    ScriptedChatModel model =
        new ScriptedChatModel(call("run_command", "{\"command\":\"touch runs; sleep 99\"}"), DONE);
    AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
    AtomicBoolean hasFlag = new AtomicBoolean();
    Thread caller =
        new Thread(
            () -> {
              thrown.set(catchThrowable(() -> chat(model)));
              hasFlag.set(Thread.currentThread().isInterrupted());
            });
    caller.start();
    until("the command runs", () -> sandbox.files().exists("app/runs"));
    caller.interrupt();
    caller.join();
    assertThat(thrown.get()).isInstanceOf(CancelledException.class);
    assertThat(hasFlag).isTrue();
    assertThat(sandbox.processes().list()).isEmpty();
  }

  @Test
  void theExampleRepairsItsProgram() {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    CodingAssistant.run(client, CodingAssistant.scripted(), new PrintStream(printed, true, UTF_8));
    assertThat(printed.toString(UTF_8))
        .isEqualTo(
            """
            read_file: error
            edit_file: done
            run_command: done
            Repaired: it prints 6.
            """);
  }
}
