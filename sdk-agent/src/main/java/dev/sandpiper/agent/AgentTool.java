package dev.sandpiper.agent;

import static java.util.Objects.requireNonNull;

/** One tool: its description for a model, and its call. Safe for use by many threads. */
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

  /** The name, in lower case with underscores, such as {@code run_command}. */
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
   * Runs the tool. Blocks until it is done. Every outcome is a result, including invalid arguments,
   * a path outside the root, a failure of the platform and an ended sandbox.
   *
   * @param arguments a JSON object, as the model wrote it
   * @throws dev.sandpiper.CancelledException if this thread is interrupted, with the interrupt flag
   *     set; a command that the call ran is stopped
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
