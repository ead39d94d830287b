package dev.sandpiper.temporal;

import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.OutputGap;
import io.temporal.activity.ActivityInfo;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Takes the output of one command, outside of Temporal: a file that all workers share, an object
 * store, a database. Each attempt opens one and closes it; calls come from one thread.
 *
 * <p>A sink that throws ends the attempt, and the next one goes on behind the last place that was
 * recorded. A sink that blocks holds the command up, within its time.
 */
public interface OutputSink extends Closeable {

  /** Opens the sinks of a worker. Safe for use by many threads. */
  @FunctionalInterface
  interface Factory {

    /**
     * Opens the sink of a command. Called by every attempt: what an earlier one wrote is kept.
     *
     * @param activity names the command, by its workflow and its activity id
     */
    OutputSink open(ActivityInfo activity, CommandRequest request) throws IOException;
  }

  /**
   * How many bytes of a channel it has, of all attempts. Only asked where the platform keeps no
   * output, to go on behind what is there.
   */
  long length(Channel channel) throws IOException;

  /**
   * Stores {@code bytes} at {@code offset} of a channel. Must be idempotent: after a worker was
   * killed the same bytes come again, at the same offset. When it returns they must survive the
   * worker.
   *
   * @param bytes read-only; may not be used after the call
   */
  void write(Channel channel, long offset, ByteBuffer bytes) throws IOException;

  /**
   * Some output is missing here. Where its length is known, the next offset leaves room for it.
   * Comes again as {@link #write} does.
   */
  default void gap(OutputGap gap) throws IOException {}
}
