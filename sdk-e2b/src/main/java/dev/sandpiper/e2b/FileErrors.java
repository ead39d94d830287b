package dev.sandpiper.e2b;

import dev.sandpiper.files.FileReasons;
import java.util.Optional;

/**
 * The daemon answers "internal" for much that is the request's fault, and puts the system's reason
 * at the end of its message. Where that reason is one that repeating does not change, it is ours.
 */
final class FileErrors {
  private static final String EXISTS = "file exists";

  /** Behind this stands a path, and not a reason. */
  private static final String FILE_ABOVE = ": path is a file: ";

  private FileErrors() {}

  /** What the daemon's message means, if it is the request's fault. */
  static Optional<String> reason(String message) {
    if (message.contains(FILE_ABOVE)) {
      return FileReasons.meaning("not a directory");
    }
    String last = FileReasons.last(message);
    return last.equals(EXISTS)
        ? Optional.of("there is a directory already, and a directory is never replaced")
        : FileReasons.meaning(last);
  }
}
