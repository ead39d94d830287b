package dev.sandpiper.langchain4j;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.util.ArrayList;
import java.util.List;

/** Says what a model said, and needs no account. Notes the requests that it gets. */
final class ScriptedChatModel implements ChatModel {
  private final List<AiMessage> script;
  final List<ChatRequest> requests = new ArrayList<>();

  ScriptedChatModel(AiMessage... script) {
    this.script = List.of(script);
  }

  static AiMessage call(String tool, String arguments) {
    return AiMessage.from(
        ToolExecutionRequest.builder().id("call-" + tool).name(tool).arguments(arguments).build());
  }

  @Override
  public ChatResponse doChat(ChatRequest request) {
    AiMessage next = script.get(requests.size());
    requests.add(request);
    return ChatResponse.builder().aiMessage(next).build();
  }
}
