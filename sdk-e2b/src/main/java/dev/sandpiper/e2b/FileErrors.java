package dev.sandpiper.e2b;

import java.util.Map;
import java.util.Optional;

/**
 * The daemon answers "internal" for much that is the request's fault, and puts the system's reason
 * at the end of its message. Where that reason is one that repeating does not change, it is ours.
 */
final class FileErrors {
  private static final Map<String, String> REASONS =
      Map.of(
          "not a directory", "a part of the path is a file, and no directory",
          "file name too long",
              "a name in the path is longer than 255 bytes, or all of it than 4095",
          "file exists", "there is a directory already, and a directory is never replaced",
          "is a directory", "it is a directory",
          "invalid cross-device link",
              "the destination is on another file system: copy, then delete",
          "directory not empty", "the directory is not empty",
          "read-only file system", "the file system is read-only",
          "operation not permitted", "the system does not permit it",
          "text file busy", "the file is being executed",
          "too many levels of symbolic links", "its links lead in a circle");

  /** Behind this stands a path, and not a reason. */
  private static final String FILE_ABOVE = ": path is a file: ";

  private FileErrors() {}

  /** What the daemon's message means, if it is the request's fault. */
  static Optional<String> reason(String message) {
    String said = message.strip();
    int colon = said.lastIndexOf(": ");
    String last = colon < 0 ? said : said.substring(colon + 2);
    return Optional.ofNullable(REASONS.get(said.contains(FILE_ABOVE) ? "not a directory" : last));
  }
}
