package dev.sandpiper.testkit.e2b.files;

import com.google.protobuf.Timestamp;
import dev.sandpiper.e2b.proto.FilesystemProto.EntryInfo;
import dev.sandpiper.e2b.proto.FilesystemProto.FileType;
import dev.sandpiper.testkit.machine.ExactPath;
import dev.sandpiper.testkit.machine.Home;
import dev.sandpiper.testkit.machine.UnixMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Files and directories as E2B describes them. A link has its own size, owner and time, and the
 * type and mode of its target.
 */
public final class Entries {
  private static final int PERMISSION_BITS = 0777;

  private Entries() {}

  /**
   * Describes the entry at a path, without following a link in the last place.
   *
   * @param path absolute; returned unchanged
   */
  public static EntryInfo read(Home home, String path) throws IOException {
    return of(home, home.locate(path), path);
  }

  /** Describes a file under the path by which it was found. */
  static EntryInfo of(Home home, Path file, String path) throws IOException {
    Map<String, Object> attributes =
        Files.readAttributes(file, "unix:*", LinkOption.NOFOLLOW_LINKS);
    int mode = (int) attribute(attributes, "mode");
    EntryInfo.Builder entry =
        EntryInfo.newBuilder()
            .setName(ExactPath.name(path))
            .setPath(path)
            .setPermissions(UnixMode.permissions(mode))
            .setOwner(home.name("owner", attributes))
            .setGroup(home.name("group", attributes))
            .setModifiedTime(time((FileTime) attribute(attributes, "lastModifiedTime")));
    entry.setSize((long) attribute(attributes, "size"));
    if (UnixMode.isLink(mode)) {
      addTarget(entry, home, file, path);
    } else {
      entry.setType(UnixMode.type(mode)).setMode(mode & PERMISSION_BITS);
      if (entry.getType() == FileType.FILE_TYPE_FILE) {
        entry.putAllMetadata(FileMetadata.read(file).values());
      }
    }
    return entry.build();
  }

  private static void addTarget(EntryInfo.Builder entry, Home home, Path link, String path) {
    Path target = target(home, link);
    entry.setSymlinkTarget(target == null ? path : home.shown(target));
    if (target == null) return;
    try {
      int mode = (int) attribute(Files.readAttributes(target, "unix:mode"), "mode");
      entry.setType(UnixMode.type(mode)).setMode(mode & PERMISSION_BITS);
    } catch (IOException e) {
      entry.setType(FileType.FILE_TYPE_UNSPECIFIED); // removed in the meantime
    }
  }

  /** Null for a dangling link. */
  private static @Nullable Path target(Home home, Path link) {
    try {
      return home.resolve(link).toRealPath();
    } catch (IOException e) {
      return null;
    }
  }

  private static Object attribute(Map<String, Object> attributes, String name) {
    return Objects.requireNonNull(attributes.get(name), name);
  }

  private static Timestamp time(FileTime time) {
    Instant instant = time.toInstant();
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }
}
