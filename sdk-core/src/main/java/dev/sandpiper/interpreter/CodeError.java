package dev.sandpiper.interpreter;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * An error raised by code.
 *
 * @param name such as {@code ZeroDivisionError}; empty if the service does not report it
 * @param value its message; may be empty
 * @param traceback as written by the kernel, with terminal escape sequences; may be empty
 */
public record CodeError(String name, String value, String traceback) implements Serializable {
  private static final Set<String> OF_THE_SERVICE =
      Set.of("UnexpectedEndOfExecution", "WebSocketError", "ContextRestarting", "ExecutionAborted");

  /** Colours and cursors; strings for the terminal such as titles and links; single letters. */
  private static final Pattern ESCAPE_SEQUENCE =
      Pattern.compile(
          "\u001B\\[[0-?]*+[ -/]*+[@-~]"
              + "|\u001B[\\]PX^_][^\u0007\u001B]*+(?:\u0007|\u001B\\\\)"
              + "|\u001B[ -/]*+[0-~]?");

  public CodeError {
    requireNonNull(name, "name");
    requireNonNull(value, "value");
    requireNonNull(traceback, "traceback");
  }

  /** {@link #traceback()} without escape sequences, for logs and for models. */
  public String plainTraceback() {
    return ESCAPE_SEQUENCE.matcher(traceback).replaceAll("");
  }

  /**
   * True if the code did not raise this, but the service reports that it lost the kernel or that
   * the context was restarted: the code may have run in part.
   */
  public boolean isFromService() {
    return traceback.isEmpty() && OF_THE_SERVICE.contains(name);
  }

  /** Name and message; the message is the code's own text. */
  @Override
  public String toString() {
    return value.isEmpty() ? name : name + ": " + value;
  }
}
