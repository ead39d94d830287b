package dev.sandpiper.agent;

import static java.util.Objects.requireNonNull;

/**
 * What a model reads of a call. The text has no terminal escape sequences and is never longer than
 * {@link ToolOptions#resultCharacters}.
 *
 * @param isError true if the tool could not do what it was asked; the text then says what to do
 *     next. A command that exits with another status than 0 is not an error of the tool
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

  /** The length; never the content. */
  @Override
  public String toString() {
    return (isError ? "error" : "result") + " of " + text.length() + " characters";
  }
}
