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
 * One entry of a directory of this machine, on its way up.
 *
 * @param name below that directory, with slashes
 */
record LocalEntry(Path path, String name, BasicFileAttributes attributes) {
  /** From the owner's right to read down to everybody's to execute. */
  private static final List<PosixFilePermission> BITS = List.of(PosixFilePermission.values());

  static LocalEntry of(Path path, String name) throws IOException {
    return new LocalEntry(
        path,
        name,
        Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS));
  }

  /** Why it cannot be copied; empty if it can. */
  String objection() {
    if (attributes.isOther()) {
      return "it is not a file, directory or link";
    }
    if (!attributes.isSymbolicLink() && !isReadable()) {
      return "it cannot be read";
    }
    // What the JVM cannot decode it shows as this, and nobody knows what it was.
    return name.indexOf('\uFFFD') >= 0 ? "its name is not UTF-8" : "";
  }

  private boolean isReadable() {
    return Files.isReadable(path) && (!attributes.isDirectory() || Files.isExecutable(path));
  }

  long size() {
    return attributes.isRegularFile() ? attributes.size() : 0;
  }

  /** All headers that it needs in an archive. */
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

  /** Gives a file or directory of this machine these permission bits, where it has any. */
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
