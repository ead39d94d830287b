package consumer.langchain4j;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.service.AiServices;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.agent.SandboxTools;
import dev.sandpiper.langchain4j.LangChain4jTools;
import dev.sandpiper.testkit.LocalSandboxes;

/** A service with a model that runs one command and says what it printed. */
public final class Main {
  private Main() {}

  public interface Assistant {
    String chat(String task);
  }

  private static final class Model implements ChatModel {
    @Override
    public ChatResponse doChat(ChatRequest request) {
      AiMessage answer =
          request.messages().stream()
              .filter(ToolExecutionResultMessage.class::isInstance)
              .map(message -> AiMessage.from(((ToolExecutionResultMessage) message).text()))
              .findFirst()
              .orElseGet(() -> AiMessage.from(command()));
      return ChatResponse.builder().aiMessage(answer).build();
    }

    private static ToolExecutionRequest command() {
      return ToolExecutionRequest.builder()
          .id("1")
          .name("run_command")
          .arguments("{\"command\":\"expr 6 '*' 7\"}")
          .build();
    }
  }

  public static void main(String[] arguments) {
    try (LocalSandboxes local = LocalSandboxes.start();
        SandboxClient client = local.blaxelClient();
        Sandbox sandbox = client.create(SandboxSpec.standard());
        SandboxTools tools = SandboxTools.of(sandbox)) {
      Assistant assistant =
          AiServices.builder(Assistant.class)
              .chatModel(new Model())
              .toolProvider(LangChain4jTools.of(tools))
              .build();
      String said = assistant.chat("What is six times seven?");
      if (!said.contains("42\n")) throw new IllegalStateException("not " + said);
    }
    System.out.println("the task is done: LangChain4j");
  }
}
