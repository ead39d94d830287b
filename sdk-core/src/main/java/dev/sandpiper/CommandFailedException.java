package dev.sandpiper;

/**
 * {@link ExecResult#orThrow()} was called for a command that failed, or whose success is unknown:
 * then its exit is {@link ExitStatus.Unreported}, and the message says so.
 */
public class CommandFailedException extends SandboxException {
  private static final long serialVersionUID = 1L;

  private final ExecResult result;

  public CommandFailedException(ExecResult result) {
    super(Failure.of("exec", result.program(), describe(result)), null);
    this.result = result;
  }

  /** How it ended and what it wrote. */
  public ExecResult result() {
    return result;
  }

  private static String describe(ExecResult result) {
    String exit =
        result.exit() instanceof ExitStatus.Unreported unreported
            ? "it is unknown whether it succeeded: " + unreported.reason()
            : result.exit().toString();
    String words = result.lastWords();
    return words.isEmpty() ? exit : exit + "; stderr: " + words;
  }
}
