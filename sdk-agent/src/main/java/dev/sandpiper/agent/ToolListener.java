package dev.sandpiper.agent;

import java.time.Duration;

/**
 * Receives every call of a toolset and its result, for an audit. Runs on the thread of the call, so
 * concurrent calls are reported concurrently. An exception that it throws is thrown by the call; if
 * {@link #onCall} throws, nothing was done.
 */
public interface ToolListener {

  /** A tool is called; nothing was done yet. */
  default void onCall(ToolCall call) {}

  /**
   * The result of a call, even of a cancelled one.
   *
   * @param duration from the call to the result
   */
  default void onResult(ToolCall call, ToolResult result, Duration duration) {}

  /** A listener that does nothing. */
  static ToolListener none() {
    return new ToolListener() {};
  }
}
