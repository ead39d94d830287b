package dev.sandpiper.testkit.machine;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A sandbox's directory, and what paths mean in it. It is the home of every user and where commands
 * start. File calls stay inside; this is no wall, since a command can open what it likes.
 */
public final class Home {
  private final Path directory;
  private final boolean wholeHost;
  private volatile String start;

  /**
   * The home at a directory.
   *
   * @param wholeHost whether file calls may leave the directory all the same
   */
  public Home(Path directory, boolean wholeHost) {
    this.directory = directory;
    this.wholeHost = wholeHost;
    this.start = directory.toString();
  }

  public Path directory() {
    return directory;
  }

  /** Makes an empty path mean this one, instead of the home. */
  public void startAt(String path) {
    start = expand(path, "");
  }

  /** A path leads out of the sandbox's directory. */
  public static final class OutsideException extends RuntimeException {
    private static final long serialVersionUID = 1;

    OutsideException(String path, Path home) {
      super("path '" + path + "' is outside of this sandbox's directory '" + home + "'");
    }
  }

  /** A path begins with another user's home. */
  public static final class UserHomeException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UserHomeException(String user) {
      super(
          "failed to expand path '' for user '" + user + "': cannot expand user-specific home dir");
    }
  }

  /**
   * Makes a path absolute as E2B does: empty is where commands start, {@code ~} the home, a
   * relative one is below it, and an absolute one stays as it is, not even cleaned.
   */
  public String expand(String path, String user) {
    if (path.isEmpty()) return start;
    if (path.equals("~") || path.startsWith("~/")) return below(path.substring(1));
    if (path.startsWith("~")) throw new UserHomeException(user);
    return path.startsWith("/") ? path : below("/" + path);
  }

  private String below(String rest) {
    return ExactPath.clean(directory + "/" + rest);
  }

  /**
   * The file that an expanded path leads to, all links followed.
   *
   * @throws OutsideException if it is not below the directory, where it must be
   */
  public Path follow(String expanded) throws IOException {
    return inside(expanded, true);
  }

  /** Like {@link #follow}, except that a link in the last place is the file itself. */
  public Path locate(String expanded) throws IOException {
    return inside(expanded, false);
  }

  private Path inside(String expanded, boolean followLast) throws IOException {
    Path real = Links.resolve(ExactPath.of(expanded), followLast);
    if (wholeHost || real.startsWith(directory) || isInTmp(real)) return real;
    throw new OutsideException(expanded, directory);
  }

  /** Commands see it too; it is itself the developer's, and stays. */
  private static boolean isInTmp(Path real) throws IOException {
    Path tmp = Path.of("/tmp").toRealPath();
    return real.startsWith(tmp) && !real.equals(tmp);
  }
}
