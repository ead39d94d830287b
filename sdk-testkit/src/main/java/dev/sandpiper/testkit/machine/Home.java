package dev.sandpiper.testkit.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A sandbox's directory, and what paths mean in it. It is the home of every user and where commands
 * start.
 */
public final class Home {
  /** Where the platform has the home, and so its documentation and its users. */
  private static final String DOCUMENTED = "/home/user";

  private final Path directory;
  private final Confinement confinement;
  private final boolean aliased;
  private volatile String start;

  /**
   * The home at a directory.
   *
   * @param wholeHost whether file calls may leave the directory all the same
   */
  public Home(Path directory, boolean wholeHost) {
    this.directory = directory;
    this.confinement = new Confinement(wholeHost, directory);
    boolean owned = wholeHost && Files.exists(Path.of(DOCUMENTED));
    this.aliased = !owned && !directory.startsWith(DOCUMENTED);
    this.start = directory.toString();
  }

  public Path directory() {
    return directory;
  }

  /** Makes an empty path mean this one, instead of the home. */
  public void startAt(String path) {
    start = expand(path, "");
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
   * relative one is below it, and an absolute one stays as it is, not even cleaned. Only {@code
   * /home/user} and what is below it become the home and what is below that, unless this machine
   * has such a directory and file calls may go there.
   */
  public String expand(String path, String user) {
    if (path.isEmpty()) return start;
    if (path.equals("~") || path.startsWith("~/")) return below(path.substring(1));
    if (path.startsWith("~")) throw new UserHomeException(user);
    if (!path.startsWith("/")) return below("/" + path);
    boolean documented = path.equals(DOCUMENTED) || path.startsWith(DOCUMENTED + "/");
    return aliased && documented ? directory + path.substring(DOCUMENTED.length()) : path;
  }

  private String below(String rest) {
    return ExactPath.clean(directory + "/" + rest);
  }

  /**
   * The file that an expanded path leads to, all links followed.
   *
   * @throws Confinement.OutsideException if it is where file calls do not go
   */
  public Path follow(String expanded) throws IOException {
    return confinement.inside(expanded, true);
  }

  /** Like {@link #follow}, except that a link in the last place is the file itself. */
  public Path locate(String expanded) throws IOException {
    return confinement.inside(expanded, false);
  }

  /** Whether it is a directory that no call moves or removes. */
  public boolean isRoot(Path real) {
    return confinement.isRoot(real);
  }
}
