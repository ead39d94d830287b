package dev.sandpiper.blaxel;

import static java.util.Objects.requireNonNull;

import java.util.function.Supplier;

/** Makes paths absolute, in the one place where relative ones begin. */
final class SandboxPaths {
  private final Supplier<String> workingDirectory;

  /**
   * @param workingDirectory asked only when a path is relative
   */
  SandboxPaths(Supplier<String> workingDirectory) {
    this.workingDirectory = workingDirectory;
  }

  /**
   * {@code path} from the root on; otherwise as it was given.
   *
   * @throws IllegalArgumentException if it is empty or holds a NUL
   */
  String absolute(String path) {
    if (requireNonNull(path, "path").isEmpty()) {
      throw new IllegalArgumentException("the path is empty; '.' is the working directory");
    }
    int nul = path.indexOf('\0');
    if (nul >= 0) {
      throw new IllegalArgumentException(
          "a path has a NUL at index " + nul + ", which no file's name can hold");
    }
    if (path.startsWith("/")) {
      return path;
    }
    String start = workingDirectory.get();
    return start.endsWith("/") ? start + path : start + "/" + path;
  }

  /**
   * {@code path} from the root on, without slashes at its end and without what means nothing:
   * scripts take it apart.
   */
  String entry(String path) {
    String tidy = absolute(path).replaceAll("/+(\\./+)*", "/").replaceAll("(?<=/)\\.$", "");
    return tidy.length() > 1 && tidy.endsWith("/") ? tidy.substring(0, tidy.length() - 1) : tidy;
  }
}
