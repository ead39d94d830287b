package dev.sandpiper.springai;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.agent.AgentTool;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.model.ToolContext;
import org.springframework.ai.tool.ToolCallback;
import org.springframework.ai.tool.definition.ToolDefinition;

/** One tool as Spring AI calls it. */
final class SandboxToolCallback implements ToolCallback {
  private final AgentTool tool;
  private final ToolDefinition definition;

  SandboxToolCallback(AgentTool tool) {
    this.tool = requireNonNull(tool, "tool");
    this.definition =
        ToolDefinition.builder()
            .name(tool.name())
            .description(tool.description())
            .inputSchema(tool.inputSchema())
            .build();
  }

  @Override
  public ToolDefinition getToolDefinition() {
    return definition;
  }

  @Override
  public String call(String toolInput) {
    return tool.call(toolInput).text();
  }

  /** The application's context is for its own tools and is not passed to a sandbox. */
  @Override
  public String call(String toolInput, @Nullable ToolContext toolContext) {
    return call(toolInput);
  }
}
