package dev.sandpiper.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.interpreter.CodeError;
import dev.sandpiper.interpreter.CodeListener;
import dev.sandpiper.interpreter.CodeOutput;
import dev.sandpiper.interpreter.CodeRequest;
import dev.sandpiper.interpreter.CodeResult;
import dev.sandpiper.interpreter.Execution;
import dev.sandpiper.interpreter.ResultFormat;
import dev.sandpiper.testkit.fuzz.Pieces;
import dev.sandpiper.wire.JsonLinesReader;
import java.io.EOFException;
import java.time.Duration;
import java.util.function.Consumer;

/** The messages of a run, as fuzzers feed them. */
public final class CodeReaders {
  private static final int LONGEST = 1 << 20;
  private static final CodeRequest REQUEST = CodeRequest.of("").captureBytes(64).mostResults(3);

  private CodeReaders() {}

  public static void messages(byte[] input) {
    Pieces.tellTheSame(
        input,
        (source, told) -> {
          JsonLinesReader lines = new JsonLinesReader(source, LONGEST);
          ExecutionMessages messages = new ExecutionMessages(REQUEST);
          boolean isOver = false;
          while (!isOver) {
            byte[] line = lines.nextLine();
            if (line == null) {
              throw new EOFException("no end");
            }
            isOver = messages.accept(line, telling(told));
            told.accept(bounded(messages.soFar(Duration.ZERO)));
          }
        });
  }

  private static CodeListener telling(Consumer<Object> told) {
    return new CodeListener() {
      @Override
      public void onOutput(CodeOutput output) {
        told.accept(output);
      }

      @Override
      public void onResult(CodeResult result) {
        for (ResultFormat format : result.formats()) {
          if (format.isBinary()) {
            assertThat(result.bytes(format)).isPresent();
          }
        }
        told.accept(result);
      }

      @Override
      public void onError(CodeError error) {
        told.accept(error.plainTraceback());
      }
    };
  }

  private static String bounded(Execution execution) {
    assertThat(execution.results().size()).isLessThanOrEqualTo(3);
    assertThat(execution.stdout().head().length + execution.stdout().tail().length)
        .isLessThanOrEqualTo(64);
    return execution.toString();
  }
}
