package dev.sandpiper.testkit.machine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Where the file calls of a sandbox stay: in its own directories, and in /tmp, which its commands
 * see too. This does not confine anything, since a command can open what it likes.
 */
public final class Confinement {
  private final String home;
  private final List<Path> roots;
  private final boolean wholeHost;

  /**
   * @param wholeHost whether file calls may go everywhere all the same
   * @param home the first of its directories, as messages name it
   * @param directories real
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
      return temporary; // not there: nothing will be found in it
    }
  }

  /** A path leads to where file calls do not go. */
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
   * The file that an absolute path leads to.
   *
   * @param followLast whether a link in the last place is followed too
   * @throws OutsideException if it is where file calls do not go
   */
  public Path inside(String absolute, boolean followLast) throws IOException {
    return inside(
        Links.resolve(ExactPath.of(absolute), followLast, UnaryOperator.identity()), absolute);
  }

  /** The same for a path whose links are followed already. */
  Path inside(Path real, String absolute) {
    if (wholeHost || roots.stream().anyMatch(real::startsWith)) return real;
    throw new OutsideException(absolute, home);
  }

  /** Whether it is one of the directories themselves, or above all: no call moves or removes it. */
  public boolean isRoot(Path real) {
    return real.getParent() == null || roots.contains(real);
  }
}
