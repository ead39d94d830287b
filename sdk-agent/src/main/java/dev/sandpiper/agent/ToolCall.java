package dev.sandpiper.agent;

import static java.util.Objects.requireNonNull;

/**
 * One call of a tool, for a {@link ToolListener}.
 *
 * @param number 1 for the first call of a toolset; unique within it
 * @param tool the name that was called
 * @param arguments as the model wrote them, whether or not they are valid
 */
public record ToolCall(long number, String tool, String arguments) {
  public ToolCall {
    requireNonNull(tool, "tool");
    requireNonNull(arguments, "arguments");
  }

  /** Number, name and length, never the arguments, which may contain secrets. */
  @Override
  public String toString() {
    return "call " + number + " of " + tool + " with " + arguments.length() + " characters";
  }
}
