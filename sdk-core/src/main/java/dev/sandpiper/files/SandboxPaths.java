package dev.sandpiper.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.util.function.Supplier;

/**
 * Makes paths absolute, in the one place where relative ones begin. All of it in linear time.
 *
 * @param workingDirectory asked only when a path is relative
 */
public record SandboxPaths(Supplier<String> workingDirectory) {

  /**
   * {@code path} from the root on; otherwise as it was given.
   *
   * @throws IllegalArgumentException if it is empty, holds a NUL or is no Unicode
   */
  public String absolute(String path) {
    if (requireNonNull(path, "path").isEmpty()) {
      throw new IllegalArgumentException("the path is empty; '.' is the working directory");
    }
    int nul = path.indexOf('\0');
    if (nul >= 0) {
      throw new IllegalArgumentException(
          "a path has a NUL at index " + nul + ", which no file name can hold");
    }
    if (!UTF_8.newEncoder().canEncode(path)) {
      throw new IllegalArgumentException(
          "a path has half a character (a lone surrogate), which would name another file");
    }
    return path.startsWith("/") ? path : below(workingDirectory.get(), path);
  }

  private static String below(String directory, String path) {
    return directory.endsWith("/") ? directory + path : directory + "/" + path;
  }

  /**
   * {@code path} from the root on, without {@code .}, repeated slashes and a slash at its end:
   * scripts take it apart.
   */
  public String entry(String path) {
    return withoutDots(absolute(path));
  }

  private static String withoutDots(String absolute) {
    StringBuilder tidy = new StringBuilder(absolute.length());
    for (int start = 0; start < absolute.length(); ) {
      int slash = absolute.indexOf('/', start);
      int end = slash < 0 ? absolute.length() : slash;
      if (end > start && !(end == start + 1 && absolute.charAt(start) == '.')) {
        tidy.append('/').append(absolute, start, end);
      }
      start = end + 1;
    }
    return tidy.isEmpty() ? "/" : tidy.toString();
  }

  /**
   * {@link #entry} of what can be deleted.
   *
   * @throws IllegalArgumentException if it is the root, or ends in {@code ..}: after a link that
   *     may be the root too
   */
  String deletable(String path) {
    String entry = entry(path);
    if (entry.equals("/") || entry.endsWith("/..")) {
      throw new IllegalArgumentException(
          "a path to delete must end in the name of an entry, not in '/' or '..', which could"
              + " delete the whole sandbox: "
              + path);
    }
    return entry;
  }

  /** True of files that the kernel makes up, whose sizes say nothing. */
  static boolean isOfTheSystem(String absolute) {
    String entry = withoutDots(absolute);
    return entry.startsWith("/proc/") || entry.startsWith("/sys/");
  }

  /** The directory of an absolute path, with a slash at its end. */
  static String directory(String absolute) {
    return absolute.substring(0, absolute.lastIndexOf('/') + 1);
  }
}
