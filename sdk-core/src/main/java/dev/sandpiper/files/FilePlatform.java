package dev.sandpiper.files;

import dev.sandpiper.Command;
import dev.sandpiper.Content;
import dev.sandpiper.FileInfo;
import java.io.InputStream;
import java.util.Optional;

/**
 * The platform operations that atomic writes and directory copies need. Both use hidden files of
 * their own: next to the replaced file, and in {@code /tmp}. Paths are absolute.
 */
public interface FilePlatform {

  /** The entry at a path, without following a link; empty if there is none. */
  Optional<FileInfo> look(String path);

  /**
   * Sets the mode of a hidden file, if given, and renames it to {@code target}.
   *
   * @param path the path that the caller passed, for messages
   */
  void replace(String path, String hidden, String target, Optional<Integer> mode);

  /**
   * Removes a hidden file atomically, so that a rename that is still in flight cannot succeed
   * later. Ends within a few seconds.
   *
   * @param path the path that the caller passed, for messages
   * @return false if it has been renamed already
   */
  boolean withdraw(String path, String hidden);

  /** Deletes a hidden file, which may not exist. Ends within a few seconds. */
  void delete(String hidden);

  void makeDirectory(String directory);

  /** Writes a hidden file, in place. */
  void write(String hidden, Content content);

  /** Opens a hidden file that never changes. */
  InputStream open(String hidden);

  /** Runs a command that reads files with the same permissions as file operations. */
  Command reading(Command command);
}
