package dev.sandpiper.testkit.machine;

import java.nio.file.Path;

/** Watches directories, for one sandbox. Thread-safe. */
public interface DirectoryWatches extends AutoCloseable {
  /**
   * No event is reported once this is closed, and nothing is left of it. Closing twice is harmless.
   */
  interface Watch extends AutoCloseable {
    /**
     * Blocks until the listener knows what had happened when this was called, where the kernel
     * tells at once; else returns immediately.
     */
    default void catchUp() {}

    @Override
    void close();
  }

  /** A directory cannot be watched. The message is Go's text for it. */
  final class RefusedException extends Exception {
    private static final long serialVersionUID = 1;

    public RefusedException(String message) {
      super(message);
    }
  }

  /**
   * Watches a directory from the moment of return.
   *
   * @param directory absolute, its links followed
   */
  Watch open(Path directory, Depth depth, FileChange.Listener listener) throws RefusedException;

  /** How much is watched. */
  enum Depth {
    DIRECTORY,
    /** The directories below too. A directory that is renamed is known by its new name. */
    TREE,
    /**
     * The directories below too, each by the name under which it was first seen. What is found in a
     * new one is reported as created, also if it is reported again.
     */
    TREE_BY_FIRST_NAMES
  }

  /** Ends all watches; each listener is notified. */
  @Override
  void close();
}
