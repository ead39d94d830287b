package dev.sandpiper.testkit.machine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where the file calls of a sandbox stay: in its own directories, and in /tmp, which its commands
 * see too. This does not confine anything, since a command can open what it likes.
 */
public final class Confinement {
  private final Path home;
  private final List<Path> roots;
  private final boolean wholeHost;

  /**
   * @param home the first of its directories, as messages name it; real, as the others are
   * @param wholeHost whether file calls may go everywhere all the same
   */
  public Confinement(boolean wholeHost, Path home, Path... others) {
    this.home = home;
    this.wholeHost = wholeHost;
    this.roots = Stream.concat(Stream.of(home, temporary()), Stream.of(others)).toList();
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

    OutsideException(String path, Path home) {
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
    Path real = Links.resolve(ExactPath.of(absolute), followLast);
    if (wholeHost || roots.stream().anyMatch(real::startsWith)) return real;
    throw new OutsideException(absolute, home);
  }

  /** Whether it is one of the directories themselves, or above all: no call moves or removes it. */
  public boolean isRoot(Path real) {
    return real.getParent() == null || roots.contains(real);
  }
}
