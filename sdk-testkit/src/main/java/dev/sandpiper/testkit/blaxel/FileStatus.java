package dev.sandpiper.testkit.blaxel;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.testkit.machine.UnixMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributes;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;

/** What the kernel says of a file, links not followed, and how sandbox-api tells it. */
record FileStatus(int mode, long size, Instant modified, String owner, String group) {
  private static final DateTimeFormatter TIME =
      new DateTimeFormatterBuilder()
          .appendPattern("uuuu-MM-dd'T'HH:mm:ss")
          .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
          .appendLiteral('Z')
          .toFormatter()
          .withZone(ZoneOffset.UTC);

  static FileStatus of(Path file) throws IOException {
    PosixFileAttributes attributes =
        Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    return new FileStatus(
        (Integer) Files.getAttribute(file, "unix:mode", LinkOption.NOFOLLOW_LINKS),
        attributes.size(),
        attributes.lastModifiedTime().toInstant(),
        attributes.owner().getName(),
        attributes.group().getName());
  }

  static boolean isDirectory(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .isDirectory();
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
