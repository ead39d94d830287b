package dev.sandpiper.langchain4j;

import static dev.sandpiper.langchain4j.ScriptedChatModel.call;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.service.AiServices;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.agent.AgentTool;
import dev.sandpiper.agent.SandboxTools;
import dev.sandpiper.langchain4j.CodingAssistant.Assistant;
import dev.sandpiper.testing.Patience;
import dev.sandpiper.testkit.LocalSandboxes;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Through LangChain4j's own AI services, which show a model the tools and call them. */
@Timeout(60)
class LangChain4jToolsTest {
  private static final AiMessage SLEEP =
      call("run_command", "{\"command\":\"touch runs; sleep 300\"}");

  private static LocalSandboxes local;
  private static SandboxClient client;

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

  private static List<String> resultsIn(ChatRequest request) {
    return request.messages().stream()
        .filter(ToolExecutionResultMessage.class::isInstance)
        .map(message -> ((ToolExecutionResultMessage) message).text())
        .toList();
  }

  @Test
  void aServiceShowsTheModelEachToolWithItsSchema() {
    try (Sandbox sandbox = client.create(SandboxSpec.standard());
        SandboxTools tools = SandboxTools.of(sandbox)) {
      ScriptedChatModel model = new ScriptedChatModel(AiMessage.from("nothing to do"));
      assistant(model, tools).chat("look");
      List<ToolSpecification> shown = model.requests.get(0).toolSpecifications();
      assertThat(shown)
          .extracting(ToolSpecification::name)
          .containsExactlyElementsOf(tools.all().stream().map(AgentTool::name).toList());
      assertThat(shown.get(0).description()).isEqualTo(tools.all().get(0).description());
      assertThat(shown.get(0).parameters().required()).containsExactly("command");
      assertThat(shown.get(0).toJson()).contains("\"maximum\":600", "timeout_seconds");
    }
  }

  @Test
  void whatAModelCallsIsRunAndItsMistakesAreResults() {
    try (Sandbox sandbox = client.create(SandboxSpec.standard());
        SandboxTools tools = SandboxTools.of(sandbox)) {
      ScriptedChatModel model =
          new ScriptedChatModel(
              call("write_file", "{\"path\":\"f\",\"content\":\"one\\n\"}"),
              call("edit_file", "{\"path\":\"f\",\"old_text\":\"two\",\"new_text\":\"x\"}"),
              call("run_command", "{\"cmd\":\"ls\"}"),
              call("list_files", ""),
              AiMessage.from("done"));
      assertThat(assistant(model, tools).chat("write")).isEqualTo("done");
      assertThat(sandbox.files().readText("f")).isEqualTo("one\n");
      List<String> results = resultsIn(model.requests.get(4));
      assertThat(results.get(0)).isEqualTo("Wrote 4 bytes to f.");
      assertThat(results.get(1)).contains("does not occur");
      assertThat(results.get(2)).contains("no argument 'cmd'");
      assertThat(results.get(3)).contains("f 4 bytes");
      ChatMessage last = model.requests.get(2).messages().get(4);
      assertThat(((ToolExecutionResultMessage) last).isError()).isTrue();
    }
  }

  @Test
  void aSandboxThatIsGoneDoesNotEndTheService() {
    try (Sandbox sandbox = client.create(SandboxSpec.standard());
        SandboxTools tools = SandboxTools.of(sandbox)) {
      sandbox.kill();
      ScriptedChatModel model =
          new ScriptedChatModel(
              call("run_command", "{\"command\":\"ls\"}"), AiMessage.from("it is gone"));
      assertThat(assistant(model, tools).chat("look")).isEqualTo("it is gone");
      assertThat(resultsIn(model.requests.get(1)).get(0)).contains("does not run any more");
    }
  }

  @Test
  void anInterruptStopsTheCommandAndByDefaultTheModelIsAskedAgain() throws Exception {
    try (Sandbox sandbox = client.create(SandboxSpec.standard());
        SandboxTools tools = SandboxTools.of(sandbox)) {
      ScriptedChatModel model = new ScriptedChatModel(SLEEP, AiMessage.from("went on"));
      Interrupted interrupted = interrupted(sandbox, assistant(model, tools));
      assertThat(interrupted.answer()).isEqualTo("went on");
      assertThat(interrupted.hasFlag()).isTrue();
      assertThat(resultsIn(model.requests.get(1))).hasSize(1);
      assertThat(sandbox.processes().list()).isEmpty();
    }
  }

  @Test
  void anInterruptEndsTheServiceWhereItsHandlerThrows() throws Exception {
    try (Sandbox sandbox = client.create(SandboxSpec.standard());
        SandboxTools tools = SandboxTools.of(sandbox)) {
      ScriptedChatModel model = new ScriptedChatModel(SLEEP);
      Assistant assistant =
          AiServices.builder(Assistant.class)
              .chatModel(model)
              .toolProvider(LangChain4jTools.of(tools))
              .toolExecutionErrorHandler(
                  (error, context) -> {
                    throw new CancellationException("the tool was interrupted");
                  })
              .build();
      Interrupted interrupted = interrupted(sandbox, assistant);
      assertThat(interrupted.failure()).isInstanceOf(CancellationException.class);
      assertThat(interrupted.hasFlag()).isTrue();
      assertThat(model.requests).hasSize(1);
      assertThat(sandbox.processes().list()).isEmpty();
    }
  }

  /** What became of a service whose thread was interrupted while a command of a tool ran. */
  private record Interrupted(
      @Nullable String answer, @Nullable RuntimeException failure, boolean hasFlag) {}

  private static Interrupted interrupted(Sandbox sandbox, Assistant assistant) throws Exception {
    CompletableFuture<Interrupted> ended = new CompletableFuture<>();
    Thread thread = new Thread(() -> ended.complete(chatUntilInterrupted(assistant)));
    thread.start();
    Patience.until("the command runs", () -> sandbox.files().exists("runs"));
    assertThat(sandbox.processes().list()).hasSize(1);
    thread.interrupt();
    return ended.get(20, SECONDS);
  }

  private static Interrupted chatUntilInterrupted(Assistant assistant) {
    try {
      String answer = assistant.chat("wait");
      return new Interrupted(answer, null, Thread.currentThread().isInterrupted());
    } catch (RuntimeException e) {
      return new Interrupted(null, e, Thread.currentThread().isInterrupted());
    }
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

  private static Assistant assistant(ScriptedChatModel model, SandboxTools tools) {
    return AiServices.builder(Assistant.class)
        .chatModel(model)
        .toolProvider(LangChain4jTools.of(tools))
        .build();
  }
}
