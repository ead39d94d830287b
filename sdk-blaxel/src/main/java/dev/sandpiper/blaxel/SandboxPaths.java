package dev.sandpiper.blaxel;

import static java.nio.charset.StandardCharsets.UTF_8;
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
   * @throws IllegalArgumentException if it is empty, holds a NUL or is no Unicode
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
    if (!UTF_8.newEncoder().canEncode(path)) {
      throw new IllegalArgumentException(
          "a path has half a character (a lone surrogate), which would name another file");
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
