package dev.sandpiper.testkit.machine;

import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A sandbox's directory, and the resolution of paths in it. It is the home of every user and the
 * working directory of commands.
 */
public final class Home {
  private final Path directory;
  private final String shown;
  private final Confinement confinement;
  private final boolean aliased;
  private final @Nullable HomeMount mount;
  private final Map<Path, Path> places;
  private volatile String start;

  /**
   * The home at a directory, which commands see at its real path.
   *
   * @param wholeHost whether file calls may access files outside the directory
   */
  public Home(Path directory, boolean wholeHost) {
    this(directory, wholeHost, null);
  }

  private Home(Path directory, boolean wholeHost, @Nullable HomeMount mount) {
    this.directory = directory;
    this.mount = mount;
    this.shown = mount == null ? directory.toString() : HomeMount.HOME;
    this.places =
        mount == null
            ? Map.of()
            : Map.of(Path.of(HomeMount.HOME), directory, Path.of(HomeMount.BOOT_ID), bootId());
    boolean owned = wholeHost && Files.exists(Path.of(HomeMount.HOME));
    this.aliased = mount == null && !owned && !directory.startsWith(HomeMount.HOME);
    this.confinement =
        mount == null
            ? new Confinement(wholeHost, shown, directory)
            : new Confinement(wholeHost, shown, directory, bootId());
    this.start = shown;
  }

  /**
   * The home at a directory, which commands see at {@code /home/user}. Its parent directory belongs
   * to the sandbox too.
   */
  public static Home mounted(Path directory, HomeMount mount) {
    return new Home(directory, false, mount);
  }

  public Path directory() {
    return directory;
  }

  /** The path at which commands see it. */
  public String shown() {
    return shown;
  }

  /** The path at which commands see a file. */
  public String shown(Path real) {
    if (mount == null || !real.startsWith(directory)) return ExactPath.text(real);
    return ExactPath.clean(shown + "/" + ExactPath.text(directory.relativize(real)));
  }

  /** Simulates a reboot of the machine that commands see. */
  public void boot() throws IOException {
    if (mount == null) return;
    Files.writeString(bootId(), UUID.randomUUID() + "\n");
    for (String user : List.of("user", "root")) {
      mount.describe(table(user), directory, bootId(), user);
    }
  }

  private Path bootId() {
    return directory.resolveSibling("boot_id");
  }

  private Path table(String user) {
    return directory.resolveSibling("mounts." + user);
  }

  /** The words in front of a program that run it with a user's view of the file system. */
  public List<String> wrapper(String user) {
    return mount == null ? List.of() : mount.wrapper(table(user));
  }

  /** The name that commands see for the owner or group of a file with these attributes. */
  public String name(String kind, Map<String, Object> attributes) {
    String number = kind.equals("owner") ? "uid" : "gid";
    boolean user = mount != null && mount.isUser(number, attributes.get(number));
    return user ? "user" : String.valueOf(attributes.get(kind));
  }

  /** Sets the path that an empty path means, instead of the home. */
  public void startAt(String path) {
    start = expand(path, "");
  }

  /** A path begins with the home of another user. */
  public static final class UserHomeException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UserHomeException(String user) {
      super(
          "failed to expand path '' for user '" + user + "': cannot expand user-specific home dir");
    }
  }

  /**
   * Makes a path absolute as E2B does: empty is the working directory of commands, {@code ~} the
   * home, a relative one is resolved against it, and an absolute one is unchanged, not even
   * normalized. If commands do not see the home at {@code /home/user}, that prefix is replaced by
   * the home, unless this machine has such a directory and file calls may access it.
   */
  public String expand(String path, String user) {
    if (path.isEmpty()) return start;
    if (path.equals("~") || path.startsWith("~/")) return below(path.substring(1));
    if (path.startsWith("~")) throw new UserHomeException(user);
    if (!path.startsWith("/")) return below("/" + path);
    boolean documented = path.equals(HomeMount.HOME) || path.startsWith(HomeMount.HOME + "/");
    return aliased && documented ? shown + path.substring(HomeMount.HOME.length()) : path;
  }

  private String below(String rest) {
    return ExactPath.clean(shown + "/" + rest);
  }

  /**
   * The file at an expanded path, following all links.
   *
   * @throws Confinement.OutsideException if it is outside the allowed directories
   */
  public Path follow(String expanded) throws IOException {
    return confinement.inside(resolve(expanded), expanded);
  }

  /** Like {@link #follow}, without following a link in the last place. */
  public Path locate(String expanded) throws IOException {
    return confinement.inside(Links.resolve(ExactPath.of(expanded), false, this::actual), expanded);
  }

  /** Like {@link #follow}, without restriction: the file that a command would open. */
  public Path resolve(String expanded) throws IOException {
    return resolve(ExactPath.of(expanded));
  }

  /** Whether there is an entry at an expanded path for commands. */
  public boolean isThere(String expanded) throws IOException {
    try {
      return Files.exists(resolve(expanded));
    } catch (FileSystemLoopException e) {
      return false;
    }
  }

  /** The target of a link, which need not exist. */
  public Path resolve(Path link) throws IOException {
    return Links.resolve(link, true, this::actual);
  }

  private Path actual(Path seen) {
    for (Map.Entry<Path, Path> place : places.entrySet()) {
      Path at = place.getKey();
      if (seen.startsWith(at)) {
        int rest = at.getNameCount();
        return seen.getNameCount() == rest
            ? place.getValue()
            : place.getValue().resolve(seen.subpath(rest, seen.getNameCount()));
      }
    }
    return seen;
  }

  /** Whether it is a directory that calls do not move or remove. */
  public boolean isRoot(Path real) {
    return confinement.isRoot(real);
  }
}
