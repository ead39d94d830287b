package dev.sandpiper.testkit.machine;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/**
 * Copies a directory with everything in it: files and directories with their modes and times, links
 * as links. Sockets, pipes and devices are left out.
 */
public final class DirectoryCopy extends SimpleFileVisitor<Path> {
  private static final int MOST_ENTRIES = 200_000;
  private static final long MOST_BYTES = 4L << 30;

  /** The directory exceeds the limit for copies. */
  public static final class TooLargeException extends IOException {
    private static final long serialVersionUID = 1;

    TooLargeException() {
      super("more than " + MOST_ENTRIES + " entries or " + MOST_BYTES + " bytes are not copied");
    }
  }

  private final Path source;
  private final Path target;
  private int entries;
  private long bytes;

  private DirectoryCopy(Path source, Path target) {
    this.source = source;
    this.target = target;
  }

  /**
   * Copies a directory. A failed copy is deleted.
   *
   * @param target must not exist yet, in an existing directory
   */
  public static void of(Path source, Path target) throws IOException {
    try {
      Files.walkFileTree(source, new DirectoryCopy(source, target));
    } catch (IOException e) {
      Directories.delete(target);
      throw e;
    }
  }

  private Path copyOf(Path path) {
    return target.resolve(source.relativize(path));
  }

  @Override
  public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
      throws IOException {
    count(0);
    Files.createDirectory(
        copyOf(directory),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
    if (attributes.isOther()) return FileVisitResult.CONTINUE;
    count(attributes.size());
    Files.copy(file, copyOf(file), StandardCopyOption.COPY_ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
    return FileVisitResult.CONTINUE;
  }

  private void count(long size) throws TooLargeException {
    entries++;
    bytes += size;
    if (entries > MOST_ENTRIES || bytes > MOST_BYTES) throw new TooLargeException();
  }

  /**
   * Not before, because a directory's mode may forbid writing in it, and writing changes its time.
   */
  @Override
  public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
      throws IOException {
    if (failure != null) throw failure;
    PosixFileAttributeView copy =
        Files.getFileAttributeView(copyOf(directory), PosixFileAttributeView.class);
    copy.setPermissions(Files.getPosixFilePermissions(directory));
    copy.setTimes(Files.getLastModifiedTime(directory), null, null);
    return FileVisitResult.CONTINUE;
  }
}
