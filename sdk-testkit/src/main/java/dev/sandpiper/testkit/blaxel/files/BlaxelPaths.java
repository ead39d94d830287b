package dev.sandpiper.testkit.blaxel.files;

import dev.sandpiper.testkit.blaxel.api.BlaxelPlaces;
import dev.sandpiper.testkit.http.Refusal;
import dev.sandpiper.testkit.machine.Confinement;
import dev.sandpiper.testkit.machine.ExactPath;
import dev.sandpiper.testkit.machine.GoErrors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** What the paths of file calls mean: for sandbox-api, and on this machine. */
final class BlaxelPaths {
  /** Where the logs are for clients, on every sandbox. */
  static final String LOGS = "/var/log/sandbox-api";

  private final BlaxelPlaces places;
  private final Confinement confinement;

  BlaxelPaths(BlaxelPlaces places) {
    this.places = places;
    this.confinement =
        new Confinement(places.wholeHost(), places.home().toString(), places.home(), places.logs());
  }

  String workingDirectory() {
    return ExactPath.text(places.home());
  }

  /** The path that a request names, as answers repeat it. */
  String named(RequestPath path, String route) {
    return format(sent(path, route));
  }

  /**
   * The path that a request names, as it is. With {@code %2F} anywhere in the request it is
   * absolute; otherwise one slash of its beginning belongs to the route.
   */
  static String sent(RequestPath path, String route) {
    String rest = path.after(route);
    return path.encodedSlash() ? rest : rest.equals("/") ? "." : rest.substring(1);
  }

  /** Puts the home for a tilde, and one slash for many. */
  String format(String path) {
    String expanded = path.startsWith("~") ? workingDirectory() + path.substring(1) : path;
    return expanded.equals(".") ? workingDirectory() : expanded.replaceAll("/+", "/");
  }

  /** From the root on, and cleaned by its text alone; {@code ..} above the root is the root. */
  String absolute(String named) {
    return ExactPath.clean(named.startsWith("/") ? named : workingDirectory() + "/" + named);
  }

  /**
   * The file on this machine, all links followed.
   *
   * @throws Confinement.OutsideException if it is where file calls do not go
   */
  Path follow(String absolute) throws IOException {
    return inside(absolute, true);
  }

  /** Like {@link #follow}, except that a link in the last place is the file itself. */
  Path locate(String absolute) throws IOException {
    return inside(absolute, false);
  }

  /** Like {@link #follow}, and refuses what is not a directory. */
  Path directory(String absolute) {
    try {
      Path directory = follow(absolute);
      if (FileStatus.isDirectory(directory)) return directory;
    } catch (IOException e) {
      if (!GoErrors.isMissing(e)) {
        throw new Refusal(422, "stat " + absolute + ": " + GoErrors.reason(e));
      }
    }
    throw new Refusal(400, "path is not a directory");
  }

  private Path inside(String absolute, boolean followLast) throws IOException {
    boolean log = absolute.equals(LOGS) || absolute.startsWith(LOGS + "/");
    String here =
        log ? ExactPath.text(places.logs()) + absolute.substring(LOGS.length()) : absolute;
    return confinement.inside(here, followLast);
  }

  /**
   * The names in a directory above those where file calls stay, of what leads to them: all that a
   * client sees there. None for any other directory.
   */
  SortedSet<String> namesTowardsRoots(String absolute) {
    String above = absolute.equals("/") ? "/" : absolute + "/";
    SortedSet<String> names = new TreeSet<>();
    for (String root : List.of(workingDirectory(), LOGS, "/tmp")) {
      if (root.startsWith(above)) names.add(root.substring(above.length()).split("/", 2)[0]);
    }
    return names;
  }

  /** Whether it is a directory that no call removes. */
  boolean isRoot(Path real) {
    return confinement.isRoot(real);
  }
}
