package dev.sandpiper.testkit.blaxel.files;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.testkit.machine.UnixMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.Principal;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/** The kernel's status of a file, without following links, in sandbox-api's form. */
record FileStatus(int mode, long size, Instant modified, String owner, String group) {
  private static final Map<Integer, String> USERS = new ConcurrentHashMap<>();
  private static final Map<Integer, String> GROUPS = new ConcurrentHashMap<>();

  private static final DateTimeFormatter TIME =
      new DateTimeFormatterBuilder()
          .appendPattern("uuuu-MM-dd'T'HH:mm:ss")
          .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
          .appendLiteral('Z')
          .toFormatter(Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  /** Reads the attributes once; the owner's name may be cached. */
  static FileStatus of(Path file) throws IOException {
    Map<String, Object> all =
        Files.readAttributes(
            file, "unix:mode,size,lastModifiedTime,uid,gid", LinkOption.NOFOLLOW_LINKS);
    return new FileStatus(
        (Integer) value(all, "mode"),
        (Long) value(all, "size"),
        ((FileTime) value(all, "lastModifiedTime")).toInstant(),
        name(USERS, (Integer) value(all, "uid"), file, "unix:owner"),
        name(GROUPS, (Integer) value(all, "gid"), file, "unix:group"));
  }

  private static Object value(Map<String, Object> all, String name) {
    return Objects.requireNonNull(all.get(name), name);
  }

  /** Looked up in the system once for each id. */
  private static String name(Map<Integer, String> known, int number, Path file, String attribute)
      throws IOException {
    String name = known.get(number);
    if (name == null) {
      Object principal = Files.getAttribute(file, attribute, LinkOption.NOFOLLOW_LINKS);
      name = ((Principal) principal).getName();
      known.put(number, name);
    }
    return name;
  }

  static boolean isDirectory(Path file) throws IOException {
    return of(file).isDirectory();
  }

  boolean isDirectory() {
    return UnixMode.isDirectory(mode);
  }

  boolean isPipe() {
    return UnixMode.isPipe(mode);
  }

  static String time(Instant instant) {
    return TIME.format(instant);
  }

  ObjectNode describe(ObjectNode file, String path, String name) {
    return file.put("path", path)
        .put("name", name)
        .put("permissions", Long.toOctalString(UnixMode.goFileMode(mode)))
        .put("size", size)
        .put("lastModified", time(modified))
        .put("owner", owner)
        .put("group", group);
  }
}
