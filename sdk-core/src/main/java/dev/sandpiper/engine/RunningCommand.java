package dev.sandpiper.engine;

import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.Signal;
import dev.sandpiper.http.CallScope;
import java.time.Duration;
import java.util.Optional;

/**
 * One command on a platform and the stream of its events. {@link #next} and {@link #close} belong
 * to the thread that reads; the rest may be called from any.
 */
public interface RunningCommand {

  ProcessRef ref();

  /**
   * Where its events begin in its output, when the platform keeps that, so that somebody else can
   * go on at any byte; empty where it does not.
   */
  default Optional<ByteOffsets> beginsAt() {
    return Optional.empty();
  }

  /** What messages call the command. */
  String name();

  /**
   * Blocks for the next event. The last is {@link ProcessEvent.Ended}; it is not called after that.
   *
   * @throws dev.sandpiper.ConnectionLostException if the stream ends before that event
   * @throws dev.sandpiper.CancelledException after {@link #cancel}, or if this thread is
   *     interrupted
   */
  ProcessEvent next();

  /**
   * Says whether anybody reads the output as it comes, or its end alone is awaited, so that a
   * platform that has to be asked for both is asked for what is needed. Before the first call the
   * output is wanted. From any thread.
   */
  default void outputWanted(boolean wanted) {}

  /**
   * Stops the command with all its children: TERM, and KILL for what is left after {@code grace}.
   * Blocks until they are gone, or it is certain that they will not go. If the command is over its
   * descendants are stopped. Works after {@link #close} too: a deadline outlives the stream.
   */
  void stopTree(Duration grace, CallScope scope);

  /**
   * Sends a signal to the command and its group. False if the command is over. May be called from
   * any thread.
   */
  boolean signal(Signal signal, CallScope scope);

  /** Has the platform end the stream, although a child that escaped holds the outputs open. */
  void release(CallScope scope);

  /** What it reads. */
  CommandInput input();

  /**
   * Does nothing where the command may be left to itself.
   *
   * @throws dev.sandpiper.UnsupportedCapabilityException where nobody could attach to it again
   */
  default void requireDetachable() {}

  /**
   * Tells the platform, as far as it needs to know, that nobody reads any more, and then {@link
   * #cancel}s. From any thread.
   */
  default void letGo(CallScope scope) {
    cancel();
  }

  /** Drops the stream and leaves the command alone. Idempotent; frees a blocked reader. */
  void cancel();

  /** Frees what the stream holds. Idempotent; only for the reading thread, or when nobody reads. */
  void close();
}
