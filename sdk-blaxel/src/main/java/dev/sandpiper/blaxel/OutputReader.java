package dev.sandpiper.blaxel;

/** One output of a process, read from the files that hold it. For the reading thread. */
interface OutputReader {
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
