package dev.sandpiper.interpreter;

import java.io.IOException;

/**
 * Sees what a run gives while it runs, on the thread that called {@link CodeInterpreter#runCode}.
 *
 * <p>A listener that throws ends the call; what it threw comes out of {@code runCode} (an {@code
 * IOException} as {@link java.io.UncheckedIOException}), and nothing is delivered after that.
 * Whether that stops the code is said at {@link CodeInterpreter#runCode(CodeRequest,
 * CodeListener)}.
 */
@FunctionalInterface
public interface CodeListener {

  void onOutput(CodeOutput output) throws IOException;

  /** The value of the last expression, or something that the code displayed. */
  default void onResult(CodeResult result) throws IOException {}

  /** The code raised an error, or its kernel did not survive. */
  default void onError(CodeError error) throws IOException {}
}
