package dev.sandpiper.blaxel.process;

import dev.sandpiper.ProcessEvent;
import dev.sandpiper.http.CallScope;
import java.util.List;
import java.util.function.Consumer;

/** Where the outputs of a process lie. For the reading thread. */
interface OutputSource {
  /** Its outputs, which tell {@code events} what they read, until {@code scope} is cancelled. */
  List<? extends Reader> readers(Consumer<ProcessEvent> events, CallScope scope);

  /** What was seen when it was last looked at. */
  Marks marks();

  /** Looks anew. False if that could not be done this time. */
  boolean look(CallScope scope);

  /** True if somebody tells when there is more. */
  boolean isWatched();

  /** One output of a process, read from the files that hold it. For the reading thread. */
  interface Reader {
    /** Reads on, if there may be more. True if something was learnt. */
    boolean read();

    /**
     * True if this was read to its end.
     *
     * @param attempt the try with which the process is over
     * @param isSettled true if no mark of an end will come any more
     */
    default boolean isRead(int attempt, boolean isSettled) {
      return true;
    }

    /**
     * Reports what will not come.
     *
     * @param released true if nobody waits for those who hold the output open
     */
    default void finish(int attempt, boolean released) {}
  }
}
