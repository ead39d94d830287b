package dev.sandpiper.springai;

import dev.sandpiper.agent.SandboxTools;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.model.ToolContext;
import org.springframework.ai.tool.ToolCallback;
import org.springframework.ai.tool.definition.ToolDefinition;

/** A tool name that does not exist: its result lists the existing tools. Never shown to a model. */
record UnknownToolCallback(SandboxTools tools, String name) implements ToolCallback {
  @Override
  public ToolDefinition getToolDefinition() {
    return ToolDefinition.builder()
        .name(name)
        .description("There is no such tool.")
        .inputSchema("{\"type\":\"object\"}")
        .build();
  }

  @Override
  public String call(String toolInput) {
    return tools.call(name, toolInput).text();
  }

  @Override
  public String call(String toolInput, @Nullable ToolContext toolContext) {
    return call(toolInput);
  }
}
