package dev.sandpiper.springai;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.agent.AgentTool;
import dev.sandpiper.agent.SandboxTools;
import org.springframework.ai.tool.ToolCallback;
import org.springframework.ai.tool.ToolCallbackProvider;
import org.springframework.ai.tool.resolution.ToolCallbackResolver;

/**
 * The tools of a sandbox for Spring AI's chat clients. Safe for use by many threads. The caller
 * closes the {@link SandboxTools} when the client is no longer used.
 *
 * <pre>{@code
 * ChatClient client =
 *     ChatClient.builder(model).defaultTools(SpringAiTools.of(tools)).build();
 * }</pre>
 *
 * <p>An error of a tool is a text for the model; Spring AI cannot mark it as an error. An interrupt
 * of the calling thread is a {@link dev.sandpiper.CancelledException}, which ends the chat call.
 *
 * <p>An unknown tool name ends the chat call too, with Spring AI's own exception, unless its tool
 * calling manager uses this as its resolver; then the model receives the names of the tools:
 *
 * <pre>{@code
 * DefaultToolCallingManager.builder()
 *     .toolCallbackResolver(SpringAiTools.of(tools))
 *     .resolutionFallbackEnabled(true)
 *     .build();
 * }</pre>
 */
public final class SpringAiTools implements ToolCallbackProvider, ToolCallbackResolver {
  private final SandboxTools tools;

  private SpringAiTools(SandboxTools tools) {
    this.tools = requireNonNull(tools, "tools");
  }

  /** All tools of {@code tools}. */
  public static SpringAiTools of(SandboxTools tools) {
    return new SpringAiTools(tools);
  }

  /** The callback of one tool. */
  public static ToolCallback callback(AgentTool tool) {
    return new SandboxToolCallback(tool);
  }

  /** All tools, in the order of {@link SandboxTools#all}. */
  @Override
  public ToolCallback[] getToolCallbacks() {
    return tools.all().stream().map(SpringAiTools::callback).toArray(ToolCallback[]::new);
  }

  /**
   * The tool of this name. For an unknown name, a tool whose result lists the existing tools: with
   * several resolvers in a {@code DelegatingToolCallbackResolver}, this must be the last.
   */
  @Override
  public ToolCallback resolve(String toolName) {
    requireNonNull(toolName, "toolName");
    return tools
        .named(toolName)
        .map(SpringAiTools::callback)
        .orElseGet(() -> new UnknownToolCallback(tools, toolName));
  }
}
