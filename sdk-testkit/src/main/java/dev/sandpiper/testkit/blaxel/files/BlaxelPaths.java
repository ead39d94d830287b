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

/** Resolves the paths of file calls: for sandbox-api, and on this machine. */
final class BlaxelPaths {
  /** The path of the logs for clients, on every sandbox. */
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

  /** The path in a request, as responses repeat it. */
  String named(RequestPath path, String route) {
    return format(sent(path, route));
  }

  /**
   * The path in a request, unchanged. With {@code %2F} anywhere in the request it is absolute;
   * otherwise its first slash belongs to the route.
   */
  static String sent(RequestPath path, String route) {
    String rest = path.after(route);
    return path.encodedSlash() ? rest : rest.equals("/") ? "." : rest.substring(1);
  }

  /** Replaces a tilde by the home, and several slashes by one. */
  String format(String path) {
    String expanded = path.startsWith("~") ? workingDirectory() + path.substring(1) : path;
    return expanded.equals(".") ? workingDirectory() : expanded.replaceAll("/+", "/");
  }

  /** The absolute path, normalized textually; {@code ..} above the root is the root. */
  String absolute(String named) {
    return ExactPath.clean(named.startsWith("/") ? named : workingDirectory() + "/" + named);
  }

  /**
   * The file on this machine, following all links.
   *
   * @throws Confinement.OutsideException if it is outside the allowed directories
   */
  Path follow(String absolute) throws IOException {
    return inside(absolute, true);
  }

  /** Like {@link #follow}, without following a link in the last place. */
  Path locate(String absolute) throws IOException {
    return inside(absolute, false);
  }

  /** Like {@link #follow}, and rejects anything but a directory. */
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
   * The names in a parent of the allowed directories that lead to them, which are all that a client
   * sees there. Empty for any other directory.
   */
  SortedSet<String> namesTowardsRoots(String absolute) {
    String above = absolute.equals("/") ? "/" : absolute + "/";
    SortedSet<String> names = new TreeSet<>();
    for (String root : List.of(workingDirectory(), LOGS, "/tmp")) {
      if (root.startsWith(above)) names.add(root.substring(above.length()).split("/", 2)[0]);
    }
    return names;
  }

  /** Whether it is a directory that calls do not remove. */
  boolean isRoot(Path real) {
    return confinement.isRoot(real);
  }
}
