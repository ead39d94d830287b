package dev.sandpiper.agent;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.Sandbox;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The tools for one sandbox. Safe for use by many threads; concurrent edits of one file do not
 * overwrite each other. {@link #close()} stops the commands that {@code start_command} started, and
 * leaves the sandbox to its owner.
 *
 * <pre>{@code
 * try (SandboxTools tools = SandboxTools.of(sandbox)) {
 *   tools.all().forEach(tool -> model.offer(tool.name(), tool.description(), tool.inputSchema()));
 *   ToolResult result = tools.call("run_command", "{\"command\": \"ls\"}");
 * }
 * }</pre>
 *
 * <p>No result contains the sandbox's address, its credentials, or the environment of this JVM. A
 * command can print everything that was passed to the sandbox, such as {@link
 * dev.sandpiper.SandboxSpec#environment}: do not put secrets there that the model must not see.
 */
public final class SandboxTools implements AutoCloseable {
  private final ToolRunner runner;
  private final StartedCommands started;
  private final List<AgentTool> tools;

  private SandboxTools(Sandbox sandbox, ToolOptions options) {
    this.runner = new ToolRunner(options);
    ToolPaths paths = new ToolPaths(sandbox, options.root());
    this.started = new StartedCommands(sandbox, paths, options);
    this.tools = Catalogue.of(sandbox, paths, options, started, runner);
  }

  /** The tools with the standard options. The caller closes both, the tools first. */
  public static SandboxTools of(Sandbox sandbox) {
    return of(sandbox, ToolOptions.standard());
  }

  /** The tools with these options. Makes no request. The caller closes both, the tools first. */
  public static SandboxTools of(Sandbox sandbox, ToolOptions options) {
    return new SandboxTools(requireNonNull(sandbox, "sandbox"), requireNonNull(options, "options"));
  }

  /** All tools, in an order that suits a prompt. */
  public List<AgentTool> all() {
    return tools;
  }

  /** The tool with this name; empty if there is no such tool. */
  public Optional<AgentTool> named(String name) {
    return tools.stream().filter(tool -> tool.name().equals(name)).findFirst();
  }

  /**
   * Calls a tool by its name, see {@link AgentTool#call}. For an unknown name the result is an
   * error.
   */
  public ToolResult call(String name, String arguments) {
    Optional<AgentTool> tool = named(requireNonNull(name, "name"));
    return tool.isPresent()
        ? tool.get().call(arguments)
        : runner.refuse(name, requireNonNull(arguments, "arguments"), unknown(name));
  }

  private String unknown(String name) {
    return "There is no tool '"
        + ToolPaths.shown(name)
        + "'. The tools are: "
        + tools.stream().map(AgentTool::name).collect(Collectors.joining(", "))
        + ".";
  }

  /**
   * Stops the started commands concurrently, as {@link dev.sandpiper.Process#close} does. Results
   * of later calls say that the tools are closed. Idempotent.
   */
  @Override
  public void close() {
    runner.close();
    started.close();
  }
}
