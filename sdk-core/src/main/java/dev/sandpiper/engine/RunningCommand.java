package dev.sandpiper.engine;

import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.Signal;
import dev.sandpiper.http.CallScope;
import java.time.Duration;
import java.util.Optional;

/**
 * One command on a platform and its event stream. {@link #next} and {@link #close} are called by
 * the reading thread; the other methods may be called from any thread.
 */
public interface RunningCommand {

  ProcessRef ref();

  /**
   * The position in its output at which the events begin, if the platform keeps the output, which
   * makes it resumable from any byte. Empty if the platform does not.
   */
  default Optional<ByteOffsets> beginsAt() {
    return Optional.empty();
  }

  /** The command's name in messages. */
  String name();

  /**
   * Blocks for the next event. The last event is {@link ProcessEvent.Ended}, after which this must
   * not be called.
   *
   * @throws dev.sandpiper.ConnectionLostException if the stream ends before that event
   * @throws dev.sandpiper.CancelledException after {@link #cancel}, or if this thread is
   *     interrupted
   */
  ProcessEvent next();

  /**
   * Tells the command whether its output is read as it arrives or only its end is awaited, so that
   * a platform that has to be polled for either is polled for what is needed. Default: true. May be
   * called from any thread.
   */
  default void outputWanted(boolean wanted) {}

  /**
   * Stops the command with its descendants: TERM, and KILL for those still alive after {@code
   * grace}. Blocks until all have ended, or throws if some have not. If the command has ended, its
   * descendants are stopped. Also works after {@link #close}, because a deadline outlives the
   * stream.
   */
  void stopTree(Duration grace, CallScope scope);

  /** Sends a signal to the command and its group. False if the command has ended. */
  boolean signal(Signal signal, CallScope scope);

  /**
   * Makes the platform end the stream even if a child that escaped the stop holds the outputs open.
   */
  void release(CallScope scope);

  /** The command's standard input. */
  CommandInput input();

  /**
   * Checks that the command may be left running without a connection.
   *
   * @throws dev.sandpiper.UnsupportedCapabilityException if it could not be attached to again
   */
  default void requireDetachable() {}

  /**
   * Tells the platform, if it needs to know, that the stream is no longer read, and then {@link
   * #cancel}s. May be called from any thread.
   */
  default void letGo(CallScope scope) {
    cancel();
  }

  /**
   * Tells the platform that the output of a command that has ended is not needed any more, so that
   * what it keeps of it may be removed. Not called if the command was detached before its end was
   * read. May be called from any thread, and repeatedly.
   */
  default void forget() {}

  /** Aborts the stream and leaves the command running. Unblocks a blocked reader. Idempotent. */
  void cancel();

  /**
   * Releases the stream's resources. Idempotent; called by the reading thread, or after reading has
   * ended.
   */
  void close();
}
