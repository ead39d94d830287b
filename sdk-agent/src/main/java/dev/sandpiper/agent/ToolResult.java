package dev.sandpiper.agent;

import static java.util.Objects.requireNonNull;

/**
 * The result of a call for the model. The text has no terminal escape sequences and is never longer
 * than {@link ToolOptions#resultCharacters}.
 *
 * @param isError true if the tool failed; the text then says what to do next. A nonzero exit code
 *     of a command is not an error of the tool
 */
public record ToolResult(String text, boolean isError) {
  public ToolResult {
    requireNonNull(text, "text");
  }

  static ToolResult of(String text) {
    return new ToolResult(text, false);
  }

  static ToolResult error(String text) {
    return new ToolResult(text, true);
  }

  /** The length, never the content. */
  @Override
  public String toString() {
    return (isError ? "error" : "result") + " of " + text.length() + " characters";
  }
}
