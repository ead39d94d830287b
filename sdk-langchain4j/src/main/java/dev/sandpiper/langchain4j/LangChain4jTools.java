package dev.sandpiper.langchain4j;

import static java.util.Objects.requireNonNull;

import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.service.tool.ToolExecutor;
import dev.langchain4j.service.tool.ToolProvider;
import dev.langchain4j.service.tool.ToolProviderRequest;
import dev.langchain4j.service.tool.ToolProviderResult;
import dev.sandpiper.agent.AgentTool;
import dev.sandpiper.agent.SandboxTools;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The tools of a sandbox for LangChain4j's AI services. Safe for use by many threads. Closes
 * nothing: the caller closes the {@link SandboxTools} when the service is not used any more.
 *
 * <pre>{@code
 * Assistant assistant =
 *     AiServices.builder(Assistant.class)
 *         .chatModel(model)
 *         .toolProvider(LangChain4jTools.of(tools))
 *         .build();
 * }</pre>
 *
 * <p>An error of a tool is the text that the model reads, with LangChain4j's own mark of an error.
 * An interrupt of the calling thread stops the tool's command and is an exception, with the
 * thread's flag set. LangChain4j hands exceptions to the service's {@code
 * toolExecutionErrorHandler}: by default that makes another result of it and the model is asked
 * again, and one that throws ends the service.
 */
public final class LangChain4jTools implements ToolProvider {
  private final Map<ToolSpecification, ToolExecutor> tools;

  private LangChain4jTools(Map<ToolSpecification, ToolExecutor> tools) {
    this.tools = tools;
  }

  /** All tools of {@code tools}. */
  public static LangChain4jTools of(SandboxTools tools) {
    Map<ToolSpecification, ToolExecutor> all = new LinkedHashMap<>();
    for (AgentTool tool : requireNonNull(tools, "tools").all()) {
      all.put(specification(tool), executor(tool));
    }
    return new LangChain4jTools(all);
  }

  /** What LangChain4j shows a model of one tool. */
  public static ToolSpecification specification(AgentTool tool) {
    // The builder takes no schema as text, and what is read keeps all of it.
    return ToolSpecification.fromJson(
            "{\"name\":\"" + tool.name() + "\",\"parameters\":" + tool.inputSchema() + "}")
        .toBuilder()
        .description(tool.description())
        .build();
  }

  /** What LangChain4j calls for one tool. */
  public static ToolExecutor executor(AgentTool tool) {
    return new SandboxToolExecutor(tool);
  }

  @Override
  public ToolProviderResult provideTools(ToolProviderRequest request) {
    return ToolProviderResult.builder().addAll(tools).build();
  }
}
