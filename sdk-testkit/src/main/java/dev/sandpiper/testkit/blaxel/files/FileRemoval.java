package dev.sandpiper.testkit.blaxel.files;

import dev.sandpiper.testkit.http.Refusal;
import dev.sandpiper.testkit.machine.GoErrors;
import dev.sandpiper.testkit.machine.Removal;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Implements {@code DELETE}. A link is followed to determine its type, and removed itself. */
final class FileRemoval {
  private final BlaxelPaths paths;

  FileRemoval(BlaxelPaths paths) {
    this.paths = paths;
  }

  /** Removes a file or a directory. Returns the message for the client. */
  String remove(String absolute, boolean recursive) {
    boolean directory;
    try {
      directory = FileStatus.isDirectory(paths.follow(absolute));
    } catch (IOException e) {
      if (GoErrors.isMissing(e)) throw new Refusal(404, "file or directory not found");
      throw new Refusal(422, "stat " + absolute + ": " + GoErrors.reason(e));
    }
    if (directory) return removeDirectory(absolute, recursive);
    try {
      Files.delete(paths.locate(absolute));
      return "File deleted successfully";
    } catch (IOException e) {
      throw failed("file", "remove", absolute, GoErrors.reason(e));
    }
  }

  /** Removes a directory, which must be one. */
  String removeDirectory(String absolute, boolean recursive) {
    try {
      if (!FileStatus.isDirectory(paths.follow(absolute))) {
        throw new Refusal(422, "error deleting directory: path points to a file, not a directory");
      }
      Path here = paths.locate(absolute);
      if (paths.isRoot(here)) {
        throw new Refusal(403, "a local sandbox does not delete '" + absolute + "' itself");
      }
      if (recursive) {
        Removal.of(here, absolute);
      } else {
        Files.delete(here);
      }
      return "Directory deleted successfully";
    } catch (DirectoryNotEmptyException e) {
      throw failed("directory", "remove", absolute, "directory not empty");
    } catch (Removal.FailedException e) {
      throw failed("directory", "unlinkat", e.path(), e.reason());
    } catch (IOException e) {
      throw failed(
          "directory", GoErrors.isMissing(e) ? "stat" : "remove", absolute, GoErrors.reason(e));
    }
  }

  private static Refusal failed(String what, String call, String path, String reason) {
    return new Refusal(422, "error deleting " + what + ": " + call + " " + path + ": " + reason);
  }
}
