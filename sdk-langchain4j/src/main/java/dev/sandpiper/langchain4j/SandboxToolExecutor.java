package dev.sandpiper.langchain4j;

import static java.util.Objects.requireNonNull;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.invocation.InvocationContext;
import dev.langchain4j.service.tool.ToolExecutionResult;
import dev.langchain4j.service.tool.ToolExecutor;
import dev.sandpiper.agent.AgentTool;
import dev.sandpiper.agent.ToolResult;
import org.jspecify.annotations.Nullable;

/** One tool as LangChain4j calls it. */
final class SandboxToolExecutor implements ToolExecutor {
  private final AgentTool tool;

  SandboxToolExecutor(AgentTool tool) {
    this.tool = requireNonNull(tool, "tool");
  }

  @Override
  public String execute(ToolExecutionRequest request, @Nullable Object memoryId) {
    return call(request).text();
  }

  @Override
  public ToolExecutionResult executeWithContext(
      ToolExecutionRequest request, InvocationContext context) {
    ToolResult result = call(request);
    return ToolExecutionResult.builder()
        .isError(result.isError())
        .resultText(result.text())
        .build();
  }

  private ToolResult call(ToolExecutionRequest request) {
    // Some models omit the arguments of a tool that needs none.
    @Nullable String arguments = request.arguments();
    return tool.call(arguments == null ? "" : arguments);
  }
}
