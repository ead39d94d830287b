package dev.sandpiper.blaxel.process;

import dev.sandpiper.ProcessEvent;
import dev.sandpiper.http.CallScope;
import java.util.List;
import java.util.function.Consumer;

/** The source of a process's outputs. Used by the reading thread only. */
interface OutputSource {
  /**
   * Readers of its outputs, which pass what they read to {@code events}, until {@code scope} is
   * cancelled.
   */
  List<? extends Reader> readers(Consumer<ProcessEvent> events, CallScope scope);

  /** The snapshot of the last look. */
  Marks marks();

  /** Takes a new snapshot. False if that failed this time. */
  boolean look(CallScope scope);

  /** True if a watch notifies of new output. */
  boolean isWatched();

  /** One output of a process. Used by the reading thread only. */
  interface Reader {
    /** Reads more, if there may be more. True if something was read. */
    boolean read();

    /**
     * True if the output was read to its end.
     *
     * @param attempt the attempt with which the process ended
     * @param isSettled true if no end mark will appear any more
     */
    default boolean isRead(int attempt, boolean isSettled) {
      return true;
    }

    /**
     * Reports output that will not arrive as a gap.
     *
     * @param released true if processes that hold the output open are no longer waited for
     */
    default void finish(int attempt, boolean released) {}
  }
}
