package dev.sandpiper.testkit.machine;

import java.nio.file.Path;

/** Watches directories, for one sandbox. Thread-safe. */
public interface DirectoryWatches extends AutoCloseable {
  /**
   * No event is reported once this is closed. Closing releases all its resources and is idempotent.
   */
  interface Watch extends AutoCloseable {
    /**
     * Blocks until all changes before this call have been reported, if the kernel reports changes
     * immediately; otherwise returns immediately.
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
   * Watches a directory; changes after this method returns are reported.
   *
   * @param directory absolute, with links resolved
   */
  Watch open(Path directory, Depth depth, FileChange.Listener listener) throws RefusedException;

  /** Which directories are watched. */
  enum Depth {
    DIRECTORY,
    /** Also the directories below. Changes in a renamed directory have its new name. */
    TREE,
    /**
     * Also the directories below, each by its first name. Entries found in a new one are reported
     * as created, even if that repeats.
     */
    TREE_BY_FIRST_NAMES
  }

  /** Ends all watches; each listener is notified. */
  @Override
  void close();
}
