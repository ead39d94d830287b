package dev.sandpiper;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.time.Duration;

/**
 * How a command ended and what it wrote.
 *
 * @param program what ran, as messages call it: its first word, never its arguments
 * @param exit how it ended
 * @param stdout what was kept of its output; of its merged outputs with {@link
 *     Command#mergeErrors()}
 * @param stderr what was kept of its errors
 * @param duration from the request to the end, as the caller saw it
 */
public record ExecResult(
    String program,
    ExitStatus exit,
    CapturedOutput stdout,
    CapturedOutput stderr,
    Duration duration)
    implements Serializable {
  private static final int QUOTED = 400;

  public ExecResult {
    requireNonNull(program, "program");
    requireNonNull(exit, "exit");
    requireNonNull(stdout, "stdout");
    requireNonNull(stderr, "stderr");
    requireNonNull(duration, "duration");
  }

  /**
   * This result if the command succeeded.
   *
   * @throws CommandFailedException with this result if it did not
   */
  public ExecResult orThrow() {
    if (exit.isSuccess()) {
      return this;
    }
    throw new CommandFailedException(this);
  }

  /** The last words on stderr, for a message. */
  String lastWords() {
    String text = stderr.text().strip();
    return text.length() <= QUOTED ? text : "..." + text.substring(text.length() - QUOTED);
  }
}
