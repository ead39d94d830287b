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
 * The tools of a sandbox for LangChain4j's AI services. Safe for use by many threads. The caller
 * closes the {@link SandboxTools} when the service is no longer used.
 *
 * <pre>{@code
 * Assistant assistant =
 *     AiServices.builder(Assistant.class)
 *         .chatModel(model)
 *         .toolProvider(LangChain4jTools.of(tools))
 *         .build();
 * }</pre>
 *
 * <p>An error of a tool is a text for the model, marked as an error for LangChain4j. An interrupt
 * of the calling thread stops the tool's command and is an exception, with the thread's interrupt
 * flag set. LangChain4j passes exceptions to the service's {@code toolExecutionErrorHandler}: the
 * default one turns them into a result for the model, which is then called again; one that throws
 * ends the call of the service.
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

  /** The specification of one tool, which LangChain4j sends to a model. */
  public static ToolSpecification specification(AgentTool tool) {
    // The builder does not accept a schema as text; parsing one keeps all of it.
    return ToolSpecification.fromJson(
            "{\"name\":\"" + tool.name() + "\",\"parameters\":" + tool.inputSchema() + "}")
        .toBuilder()
        .description(tool.description())
        .build();
  }

  /** The executor of one tool, which LangChain4j calls. */
  public static ToolExecutor executor(AgentTool tool) {
    return new SandboxToolExecutor(tool);
  }

  @Override
  public ToolProviderResult provideTools(ToolProviderRequest request) {
    return ToolProviderResult.builder().addAll(tools).build();
  }
}
