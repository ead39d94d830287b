package dev.sandpiper.testkit.machine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * The directories that file calls of a sandbox may access: its own, and /tmp, which its commands
 * see too. This is not a security boundary, since a command can open any file.
 */
public final class Confinement {
  private final String home;
  private final List<Path> roots;
  private final boolean wholeHost;

  /**
   * @param wholeHost whether file calls may access all files
   * @param home the first of its directories, by its name in messages
   * @param directories real paths
   */
  public Confinement(boolean wholeHost, String home, Path... directories) {
    this.home = home;
    this.wholeHost = wholeHost;
    this.roots = Stream.concat(Stream.of(temporary()), Stream.of(directories)).toList();
  }

  private static Path temporary() {
    Path temporary = Path.of("/tmp");
    try {
      return temporary.toRealPath();
    } catch (IOException e) {
      return temporary; // it does not exist, so nothing will be found in it
    }
  }

  /** A path is outside the allowed directories. */
  public static final class OutsideException extends RuntimeException {
    private static final long serialVersionUID = 1;

    OutsideException(String path, String home) {
      super(
          "path '"
              + path
              + "' is neither in this sandbox's directory '"
              + home
              + "' nor in /tmp: a local sandbox has the whole machine only if it was asked for");
    }
  }

  /**
   * The file at an absolute path.
   *
   * @param followLast whether a link in the last place is followed too
   * @throws OutsideException if it is outside the allowed directories
   */
  public Path inside(String absolute, boolean followLast) throws IOException {
    return inside(
        Links.resolve(ExactPath.of(absolute), followLast, UnaryOperator.identity()), absolute);
  }

  /** The same for a path whose links are already resolved. */
  Path inside(Path real, String absolute) {
    if (wholeHost || roots.stream().anyMatch(real::startsWith)) return real;
    throw new OutsideException(absolute, home);
  }

  /**
   * Whether it is one of the directories themselves, or the root: calls do not move or remove it.
   */
  public boolean isRoot(Path real) {
    return real.getParent() == null || roots.contains(real);
  }
}
