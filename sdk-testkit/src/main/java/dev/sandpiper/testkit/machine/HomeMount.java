package dev.sandpiper.testkit.machine;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Mounts the home of a sandbox at E2B's path for its commands: each is started in a mount namespace
 * of its own, by {@code unshare} and {@code mount} of util-linux. The rest of {@code /home} stays
 * visible, and this machine's user has the name {@code user} there.
 */
public final class HomeMount {
  static final String HOME = "/home/user";

  /** The kernel's file with the id of the current boot. */
  static final String BOOT_ID = "/proc/sys/kernel/random/boot_id";

  private static final Logger log = LoggerFactory.getLogger(HomeMount.class);
  private static final Path HOMES = Path.of("/home");
  private static final int TRIAL_SECONDS = 10;

  private final Path directory;
  private final Map<String, Object> attributes;
  private final List<String> before;
  private final List<String> after;

  private HomeMount(
      Path directory, Map<String, Object> attributes, List<String> before, String... after) {
    this.directory = directory;
    this.attributes = attributes;
    this.before = before;
    this.after = List.of(after);
  }

  /**
   * Runs a program with a mounted home, and checks that it sees a file there.
   *
   * @param directory an empty directory, for the files that all sandboxes mount
   * @return null if it does not, or if this machine has a {@code /home/user} of its own
   */
  public static @Nullable HomeMount tryIn(Path directory) {
    if (Files.exists(Path.of(HOME))) return null;
    try {
      Map<String, Object> attributes = Files.readAttributes(directory, "unix:uid,gid");
      String user = String.valueOf(attributes.get("uid"));
      String group = String.valueOf(attributes.get("gid"));
      prepare(directory, user, group);
      HomeMount asRoot = new HomeMount(directory, attributes, List.of("unshare", "--mount"));
      HomeMount asUser =
          new HomeMount(
              directory,
              attributes,
              List.of("unshare", "--map-root-user", "--mount"),
              "unshare",
              "--map-user=" + user,
              "--map-group=" + group);
      Path trial = Files.createDirectories(directory.resolve("trial").resolve("home"));
      Files.writeString(trial.resolve("seen"), "seen");
      if (asRoot.shows(trial)) return asRoot;
      return asUser.shows(trial) ? asUser : null;
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      log.debug("no homes can be mounted", e); // not Linux, or without the programs
      return null;
    }
  }

  private static void prepare(Path directory, String user, String group) throws IOException {
    Path homes = Files.createDirectory(directory.resolve("home"));
    Files.createDirectory(homes.resolve("user"));
    try (DirectoryStream<Path> children = Files.newDirectoryStream(HOMES, Files::isDirectory)) {
      for (Path child : children) Files.createDirectory(homes.resolve(child.getFileName()));
    }
    nameUser(directory, "passwd", "user:x:" + user + ":" + group + ":user:" + HOME + ":/bin/bash");
    nameUser(directory, "group", "user:x:" + group + ":");
  }

  /** The first line with an id determines its name. */
  private static void nameUser(Path directory, String table, String line) throws IOException {
    String known = Files.readString(Path.of("/etc", table), ISO_8859_1);
    Files.writeString(directory.resolve(table), line + "\n" + known, ISO_8859_1);
  }

  private boolean shows(Path home) throws IOException {
    Home mounted = Home.mounted(home, this);
    mounted.boot();
    List<String> words = new ArrayList<>(mounted.wrapper("user"));
    words.addAll(List.of("grep", "-qx", "seen", HOME + "/seen"));
    ProcessBuilder builder = new ProcessBuilder(words);
    builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
    Process process = builder.start();
    try {
      process.getOutputStream().close();
      return process.waitFor(TRIAL_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      process.destroyForcibly();
    }
  }

  /** Writes the mount table of a user's commands, for {@link #wrapper}. */
  void describe(Path table, Path home, Path bootId, String user) throws IOException {
    StringBuilder lines = new StringBuilder();
    Path homes = directory.resolve("home");
    try (DirectoryStream<Path> children = Files.newDirectoryStream(homes)) {
      for (Path child : children) {
        Path seen = HOMES.resolve(child.getFileName());
        if (Files.isDirectory(seen)) lines.append(line(seen, child.toString()));
      }
    }
    lines.append(line(homes, HOMES.toString())).append(line(home, HOME));
    lines.append(line(bootId, BOOT_ID));
    if (user.equals("user")) {
      lines.append(line(directory.resolve("passwd"), "/etc/passwd"));
      lines.append(line(directory.resolve("group"), "/etc/group"));
    }
    Files.writeString(table, lines);
  }

  private static String line(Path source, String target) {
    return escape(source.toString()) + " " + escape(target) + " none rbind\n";
  }

  private static String escape(String path) {
    return path.replace("\\", "\\134").replace(" ", "\\040").replace("\t", "\\011");
  }

  /** The words that run the command after them with the mounts of a table. */
  List<String> wrapper(Path table) {
    List<String> words = new ArrayList<>(before);
    words.addAll(List.of("sh", "-c", "mount --all --fstab \"$0\" && exec \"$@\"", table + ""));
    words.addAll(after);
    return words;
  }

  /** Whether an id, {@code uid} or {@code gid}, has the name {@code user} there. */
  boolean isUser(String kind, @Nullable Object number) {
    return Objects.equals(number, attributes.get(kind));
  }
}
