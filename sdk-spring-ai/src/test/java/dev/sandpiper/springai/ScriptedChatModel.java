package dev.sandpiper.springai;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.AssistantMessage.ToolCall;
import org.springframework.ai.chat.messages.Message;
import org.springframework.ai.chat.messages.ToolResponseMessage;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.model.tool.ToolCallingChatOptions;
import org.springframework.ai.tool.ToolCallback;
import org.springframework.ai.tool.definition.ToolDefinition;

/** Says what a model said, and needs no account. Notes the prompts that it gets. */
final class ScriptedChatModel implements ChatModel {
  private final List<AssistantMessage> script;
  final List<Prompt> prompts = new ArrayList<>();

  ScriptedChatModel(AssistantMessage... script) {
    this.script = List.of(script);
  }

  static AssistantMessage call(String tool, String arguments) {
    return AssistantMessage.builder()
        .toolCalls(List.of(new ToolCall("call-" + tool, "function", tool, arguments)))
        .build();
  }

  @Override
  public ChatOptions getOptions() {
    return ToolCallingChatOptions.builder().build();
  }

  @Override
  public ChatResponse call(Prompt prompt) {
    AssistantMessage next = script.get(prompts.size());
    prompts.add(prompt);
    return new ChatResponse(List.of(new Generation(next)));
  }

  /** What the client shows the model of the tools. */
  List<ToolDefinition> shown() {
    ToolCallingChatOptions options =
        (ToolCallingChatOptions) requireNonNull(prompts.get(0).getOptions());
    return requireNonNull(options.getToolCallbacks()).stream()
        .map(ToolCallback::getToolDefinition)
        .toList();
  }

  /** What the model has read of its calls at its last turn. */
  List<String> results() {
    List<String> results = new ArrayList<>();
    for (Message message : prompts.get(prompts.size() - 1).getInstructions()) {
      if (message instanceof ToolResponseMessage response) {
        response.getResponses().forEach(result -> results.add(result.responseData()));
      }
    }
    return results;
  }
}
