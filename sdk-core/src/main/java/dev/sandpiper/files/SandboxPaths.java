package dev.sandpiper.files;

import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.wire.SentText;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
    if (SentText.require("a path", path).isEmpty()) {
      throw new IllegalArgumentException("the path is empty; '.' is the working directory");
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
    return Stream.of(absolute.split("/", -1))
        .filter(part -> !part.isEmpty() && !part.equals("."))
        .collect(Collectors.joining("/", "/", ""));
  }

  /**
   * {@link #entry} of what can be deleted.
   *
   * @throws IllegalArgumentException if it is the root, or ends in {@code .}, which may be all that
   *     commands work with, or in {@code ..}, which after a link may be the root
   */
  public String deletable(String path) {
    String absolute = absolute(path);
    int end = absolute.length();
    while (end > 0 && absolute.charAt(end - 1) == '/') {
      end--;
    }
    String last = absolute.substring(absolute.lastIndexOf('/', end - 1) + 1, end);
    if (last.isEmpty() || last.equals(".") || last.equals("..")) {
      throw new IllegalArgumentException(
          "a path to delete must end in the name of an entry, not in '/', '.' or '..', which could"
              + " delete the whole sandbox: "
              + path);
    }
    return withoutDots(absolute);
  }

  /**
   * {@link #absolute} of a file that is to be written. Servers would take a slash at its end away.
   *
   * @throws InvalidRequestException if only a directory can have this name
   */
  public String writable(String path) {
    String absolute = absolute(path);
    requireNameOfFile(path, absolute);
    return absolute;
  }

  static void requireNameOfFile(String path, String absolute) {
    if (absolute.endsWith("/") || absolute.endsWith("/.") || absolute.endsWith("/..")) {
      throw SandboxFiles.refused("write", path, "that is the name of a directory");
    }
  }

  /** True of files that the kernel makes up, whose sizes say nothing. */
  static boolean isOfTheSystem(String absolute) {
    String entry = withoutDots(absolute);
    return entry.startsWith("/proc/") || entry.startsWith("/sys/");
  }

  /**
   * True of what the entry at a path may be called: one part, because callers join it to
   * directories of theirs; the root is a slash.
   */
  public static boolean isName(String name, String path) {
    return path.equals("/")
        ? name.equals("/")
        : !name.isEmpty()
            && !name.equals(".")
            && !name.equals("..")
            && name.indexOf('/') < 0
            && name.indexOf('\0') < 0;
  }

  /** The directory of an absolute path, with a slash at its end. */
  static String directory(String absolute) {
    return absolute.substring(0, absolute.lastIndexOf('/') + 1);
  }
}
