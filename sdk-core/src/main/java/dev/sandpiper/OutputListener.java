package dev.sandpiper;

import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessEvent.OutputGap;
import java.io.IOException;
import java.io.OutputStream;
import java.util.function.BiConsumer;

/**
 * Receives a command's output while it runs, on the thread that called {@link Processes#exec}: a
 * slow listener slows the command down.
 *
 * <p>A listener that throws stops the command; {@code exec} then throws what the listener threw (an
 * {@code IOException} as {@link java.io.UncheckedIOException}). Nothing is delivered after that.
 */
@FunctionalInterface
public interface OutputListener {

  void onOutput(Output output) throws IOException;

  /** Some output is missing here. Does nothing by default: the result reports it too. */
  default void onGap(OutputGap gap) throws IOException {}

  /** The command has ended and all its output has been delivered. */
  default void onEnd(ExitStatus status) throws IOException {}

  /** Copies stdout to {@code out}, stderr to {@code err}, and flushes after each piece. */
  static OutputListener copyTo(OutputStream out, OutputStream err) {
    return output -> {
      OutputStream target = output.channel() == Channel.STDERR ? err : out;
      output.writeTo(target);
      target.flush();
    };
  }

  /**
   * Delivers whole lines, however the output was split: without their line feed, and without a
   * carriage return in front of it. A last line without a line feed is delivered at the end. A line
   * of more than 1,048,576 characters is delivered in pieces of that length, and a line with a gap
   * in it in two.
   */
  static OutputListener lines(BiConsumer<Channel, String> consumer) {
    return new LineSplitter(consumer);
  }
}
