package dev.sandpiper.e2b;

import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.SandboxException;
import java.util.Map;

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

  private FileErrors() {}

  /** {@code failure}, or what it means. */
  static SandboxException explained(SandboxException failure) {
    boolean internal = failure.status().orElse(0) == 500;
    if (!internal || !(failure instanceof PlatformException)) {
      return failure;
    }
    String said = failure.failure().observed();
    int colon = said.lastIndexOf(": ");
    String reason = REASONS.get(colon < 0 ? said : said.substring(colon + 2).strip());
    return reason == null
        ? failure
        : new InvalidRequestException(
            failure.failure().withObserved(reason + " [" + said + "]").withRetryable(false),
            failure);
  }
}
