package dev.sandpiper.testkit.e2b.files;

import dev.sandpiper.testkit.machine.ExactPath;
import dev.sandpiper.testkit.machine.GoErrors;
import dev.sandpiper.testkit.machine.Home;
import dev.sandpiper.testkit.machine.Ownership;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;

/** Creates the parent directories of a path, one by one from the top. */
public final class Parents {
  private static final FileAttribute<Set<PosixFilePermission>> MODE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x"));

  private Parents() {}

  /** A directory is missing and cannot be created. The message is the real server's. */
  public static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1;

    RefusedException(String message) {
      super(message);
    }
  }

  /**
   * Creates a directory and its missing parents.
   *
   * @param directory absolute
   */
  public static void make(Home home, String directory) throws RefusedException {
    Deque<String> levels = new ArrayDeque<>();
    for (String at = ExactPath.clean(directory); !at.equals("/"); at = ExactPath.parent(at)) {
      levels.push(at);
    }
    for (String level : levels) {
      try {
        BasicFileAttributes found =
            Files.readAttributes(home.resolve(level), BasicFileAttributes.class);
        if (!found.isDirectory()) throw new RefusedException("path is a file: " + level);
      } catch (IOException e) {
        if (!GoErrors.isMissing(e)) {
          throw new RefusedException(
              "failed to stat directory: stat " + level + ": " + GoErrors.reason(e));
        }
        makeOne(home, level);
      }
    }
  }

  private static void makeOne(Home home, String level) throws RefusedException {
    try {
      Path directory = home.locate(level);
      try {
        Files.createDirectory(directory, MODE);
      } catch (FileAlreadyExistsException e) {
        if (!Files.isDirectory(directory)) throw e;
        return; // created by another thread in the meantime
      }
      Ownership.take(directory);
    } catch (IOException e) {
      throw new RefusedException(
          "failed to create directory: mkdir " + level + ": " + GoErrors.reason(e));
    }
  }
}
