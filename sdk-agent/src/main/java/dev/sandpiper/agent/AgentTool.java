package dev.sandpiper.agent;

import static java.util.Objects.requireNonNull;

/** One tool: what a model is shown of it, and its call. Safe for use by many threads. */
public final class AgentTool {
  private final String name;
  private final String description;
  private final Parameters parameters;
  private final Action action;
  private final ToolRunner runner;

  AgentTool(
      String name, String description, Parameters parameters, Action action, ToolRunner runner) {
    this.name = name;
    this.description = description;
    this.parameters = parameters;
    this.action = action;
    this.runner = runner;
  }

  /** Lower case and underscores, such as {@code run_command}. */
  public String name() {
    return name;
  }

  /** For the model: what it does, and when to use another. */
  public String description() {
    return description;
  }

  /** The JSON schema of the arguments, an object, as text. */
  public String inputSchema() {
    return parameters.schema();
  }

  /**
   * Does it. Blocks for as long as it takes. Whatever the arguments are and whatever the sandbox
   * does, the outcome is a result: arguments that do not fit, a path outside the root, a failure of
   * the platform, a sandbox that is gone.
   *
   * @param arguments a JSON object, as the model wrote it
   * @throws dev.sandpiper.CancelledException if this thread is interrupted, with the flag set; a
   *     command that the call ran is stopped
   */
  public ToolResult call(String arguments) {
    return runner.run(this, requireNonNull(arguments, "arguments"));
  }

  Parameters parameters() {
    return parameters;
  }

  Action action() {
    return action;
  }

  @Override
  public String toString() {
    return "AgentTool[" + name + "]";
  }
}
