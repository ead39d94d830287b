package dev.sandpiper.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One entry of a local directory that is uploaded.
 *
 * @param name relative to that directory, separated by slashes
 */
record LocalEntry(Path path, String name, BasicFileAttributes attributes) {
  /** In the order of the bits, from owner read to others execute. */
  private static final List<PosixFilePermission> BITS = List.of(PosixFilePermission.values());

  static LocalEntry of(Path path, String name) throws IOException {
    return new LocalEntry(
        path,
        name,
        Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS));
  }

  /** The reason why it cannot be copied; empty if it can. */
  String objection() {
    if (attributes.isOther()) {
      return "it is not a file, directory or link";
    }
    if (!attributes.isSymbolicLink() && !isReadable()) {
      return "it cannot be read";
    }
    // The JVM replaces bytes that it cannot decode with this character; the original is lost.
    return name.indexOf('\uFFFD') >= 0 ? "its name is not UTF-8" : "";
  }

  private boolean isReadable() {
    return Files.isReadable(path) && (!attributes.isDirectory() || Files.isExecutable(path));
  }

  long size() {
    return attributes.isRegularFile() ? attributes.size() : 0;
  }

  /** Its headers in the archive. */
  byte[] header() throws IOException {
    long seconds = attributes.lastModifiedTime().toInstant().getEpochSecond();
    if (attributes.isSymbolicLink()) {
      String target = Files.readSymbolicLink(path).toString();
      return TarHeader.link(name, target.replace('\\', isUnix() ? '\\' : '/'), seconds);
    }
    return attributes.isDirectory()
        ? TarHeader.directory(name, mode(path, 0755), seconds)
        : TarHeader.file(name, mode(path, 0644), attributes.size(), seconds);
  }

  private boolean isUnix() {
    return path.getFileSystem().getSeparator().equals("/");
  }

  private static int mode(Path path, int ordinary) throws IOException {
    try {
      Set<PosixFilePermission> permissions =
          Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS);
      int mode = 0;
      for (PosixFilePermission bit : BITS) {
        mode = mode << 1 | (permissions.contains(bit) ? 1 : 0);
      }
      return mode;
    } catch (UnsupportedOperationException e) {
      return ordinary; // no permissions here
    }
  }

  /** Sets the permission bits of a local file or directory, if the file system has any. */
  static void setMode(Path path, int mode) throws IOException {
    Set<PosixFilePermission> permissions =
        BITS.stream()
            .filter(bit -> (mode & (0400 >> BITS.indexOf(bit))) != 0)
            .collect(Collectors.toSet());
    PosixFileAttributeView view = Files.getFileAttributeView(path, PosixFileAttributeView.class);
    if (view != null) {
      view.setPermissions(permissions);
    }
  }
}
