package dev.sandpiper.agent;

import java.time.Duration;

/**
 * Sees every call of a toolset and its result, for an audit. Runs on the thread of the call, so
 * calls at once are seen at once. What it throws comes out of the call; thrown by {@link #onCall},
 * it comes before anything is done.
 */
public interface ToolListener {

  /** A tool is called, and nothing is done yet. */
  default void onCall(ToolCall call) {}

  /**
   * The result of a call, also of one that is cancelled.
   *
   * @param duration from the call to the result
   */
  default void onResult(ToolCall call, ToolResult result, Duration duration) {}

  /** One that ignores everything. */
  static ToolListener none() {
    return new ToolListener() {};
  }
}
