package dev.sandpiper.files;

import dev.sandpiper.Command;
import dev.sandpiper.Content;
import dev.sandpiper.FileInfo;
import java.io.InputStream;
import java.util.Optional;

/**
 * What atomic writes and copies of directories ask of a platform. Both have hidden files of their
 * own, beside the file that is replaced and in {@code /tmp}. Paths are absolute.
 */
public interface FilePlatform {

  /** What a write meets at a path, a link not followed; empty if nothing is there. */
  Optional<FileInfo> look(String path);

  /**
   * Gives a hidden file a mode, if there is one to keep, and moves it to {@code target}.
   *
   * @param path what messages are about: the file that the caller named
   */
  void replace(String path, String hidden, String target, Optional<Integer> mode);

  /**
   * Takes a hidden file back, in one step that excludes a move which may still be on its way. Ends
   * within a few seconds.
   *
   * @param path what messages are about
   * @return false if it has been moved already
   */
  boolean withdraw(String path, String hidden);

  /** Deletes a hidden file, which may not be there. Ends within a few seconds. */
  void delete(String hidden);

  void makeDirectory(String directory);

  /** Writes a hidden file, in place. */
  void write(String hidden, Content content);

  /** Opens a hidden file that never changes. */
  InputStream open(String hidden);

  /** Gives a command that reads files the rights that file operations have. */
  Command reading(Command command);
}
