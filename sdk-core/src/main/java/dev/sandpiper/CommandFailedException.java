package dev.sandpiper;

/** A command did not succeed, and {@link ExecResult#orThrow()} was asked to say so. */
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
    String words = result.lastWords();
    return words.isEmpty() ? result.exit().toString() : result.exit() + "; stderr: " + words;
  }
}
