package dev.sandpiper.temporal;

import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.OutputGap;
import io.temporal.activity.ActivityInfo;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Stores the output of one command outside Temporal: in a file that all workers share, an object
 * store or a database. Each attempt opens one and closes it; it is called by one thread.
 *
 * <p>If a sink throws, the attempt ends, and the next one continues after the last recorded
 * position. A sink that blocks slows the command down, within its time limit.
 */
public interface OutputSink extends Closeable {

  /** Opens the sinks of a worker. Safe for use by many threads. */
  @FunctionalInterface
  interface Factory {

    /**
     * Opens the sink of a command. Called by every attempt; the output of earlier ones must be
     * kept.
     *
     * @param activity identifies the command by its workflow and its activity id
     */
    OutputSink open(ActivityInfo activity, CommandRequest request) throws IOException;
  }

  /**
   * How many bytes of a channel it has, from all attempts. Only called if the platform keeps no
   * output, to continue after the stored bytes.
   */
  long length(Channel channel) throws IOException;

  /**
   * Stores {@code bytes} at {@code offset} of a channel. Must be idempotent: after a worker was
   * killed the same bytes are written again, at the same offset. After it returns, they must
   * survive the worker.
   *
   * @param bytes read-only; must not be used after the call
   */
  void write(Channel channel, long offset, ByteBuffer bytes) throws IOException;

  /**
   * Some output is missing here. If its length is known, the next offset is after it. May be
   * repeated like {@link #write}.
   */
  default void gap(OutputGap gap) throws IOException {}
}
