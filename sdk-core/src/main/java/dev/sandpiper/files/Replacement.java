package dev.sandpiper.files;

import dev.sandpiper.FileInfo;
import java.util.Optional;

/**
 * What replacing a file asks of a platform. Paths are absolute; messages are about {@code path},
 * the file that the caller named.
 */
public interface Replacement {

  /** What is there, a link not followed; empty if nothing is. */
  Optional<FileInfo> look(String path);

  /** Gives the new file a mode, if there is one to keep, and moves it to {@code target}. */
  void replace(String path, String aside, String target, Optional<Integer> mode);

  /**
   * Takes the new file back, in one step that excludes a move which may still be on its way. Ends
   * within a few seconds.
   *
   * @return false if it has been moved already
   */
  boolean withdraw(String path, String aside);

  /** Removes the new file, which may not be there. Ends within a few seconds. */
  void remove(String path, String aside);
}
