package dev.sandpiper.interpreter;

import java.io.IOException;

/**
 * Receives output and results while code runs, on the thread that called {@link
 * CodeInterpreter#runCode}.
 *
 * <p>An exception ends the call: {@code runCode} rethrows it (an {@code IOException} as {@link
 * java.io.UncheckedIOException}), and nothing more is delivered. For whether that stops the code
 * see {@link CodeInterpreter#runCode(CodeRequest, CodeListener)}.
 */
@FunctionalInterface
public interface CodeListener {

  void onOutput(CodeOutput output) throws IOException;

  /** The value of the last expression, or something that the code displayed. */
  default void onResult(CodeResult result) throws IOException {}

  /** The code raised an error, or its kernel did not survive. */
  default void onError(CodeError error) throws IOException {}
}
