package dev.sandpiper.e2b.files;

import com.google.protobuf.Timestamp;
import dev.sandpiper.FileInfo;
import dev.sandpiper.FileType;
import dev.sandpiper.e2b.proto.FilesystemProto.EntryInfo;
import dev.sandpiper.files.SandboxPaths;
import dev.sandpiper.wire.MalformedStreamException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Converts E2B's entries to {@link FileInfo}. For a link the daemon reports the type and mode of
 * its target; that it is a link shows only in the permission string, which has Go's format: letters
 * for the type and the special bits, then the nine permission bits.
 */
public final class EntryReader {
  private static final Pattern PERMISSIONS = Pattern.compile("([A-Za-z]*|-)((?:[r-][w-][x-]){3})");
  private static final int NINE_BITS = 0777;

  private EntryReader() {}

  public static FileInfo read(EntryInfo entry) throws MalformedStreamException {
    Matcher permissions = PERMISSIONS.matcher(entry.getPermissions());
    String letters = permissions.matches() ? permissions.group(1) : "";
    boolean link = letters.contains("L") || entry.hasSymlinkTarget();
    int nine =
        link && permissions.matches()
            ? Integer.parseInt(permissions.group(2).replaceAll("[rwx]", "1").replace('-', '0'), 2)
            : entry.getMode() & NINE_BITS;
    requireName(entry);
    FileInfo info =
        FileInfo.named(entry.getPath(), entry.getName(), link ? FileType.LINK : type(entry))
            .withStatus(
                size(entry),
                nine | special(letters),
                entry.getOwner(),
                entry.getGroup(),
                time(entry.getModifiedTime()))
            .withMetadata(entry.getMetadataMap());
    return link ? target(entry).map(info::withLinkTarget).orElse(info) : info;
  }

  private static FileType type(EntryInfo entry) {
    return switch (entry.getType()) {
      case FILE_TYPE_FILE -> FileType.FILE;
      case FILE_TYPE_DIRECTORY -> FileType.DIRECTORY;
      case FILE_TYPE_SYMLINK -> FileType.LINK;
      case FILE_TYPE_UNSPECIFIED, UNRECOGNIZED -> FileType.OTHER;
    };
  }

  /** The target of a link. For a dangling link the daemon reports the link's own path. */
  private static Optional<String> target(EntryInfo entry) {
    String target = entry.getSymlinkTarget();
    return target.isEmpty() || target.equals(entry.getPath())
        ? Optional.empty()
        : Optional.of(target);
  }

  private static int special(String letters) {
    return (letters.contains("u") ? 04000 : 0)
        | (letters.contains("g") ? 02000 : 0)
        | (letters.contains("t") ? 01000 : 0);
  }

  private static long size(EntryInfo entry) throws MalformedStreamException {
    if (entry.getSize() < 0) {
      throw new MalformedStreamException("an entry with a negative size");
    }
    return entry.getSize();
  }

  private static void requireName(EntryInfo entry) throws MalformedStreamException {
    String path = entry.getPath();
    boolean isPath = !path.isEmpty() && path.indexOf('\0') < 0;
    if (!isPath || !SandboxPaths.isName(entry.getName(), path)) {
      throw new MalformedStreamException("an entry without a name");
    }
  }

  private static Instant time(Timestamp time) throws MalformedStreamException {
    try {
      return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    } catch (DateTimeException | ArithmeticException e) {
      throw new MalformedStreamException("an entry with an invalid time", e);
    }
  }
}
