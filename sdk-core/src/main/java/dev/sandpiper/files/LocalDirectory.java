package dev.sandpiper.files;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** Directories of this machine that are there whole or not at all. */
public final class LocalDirectory {

  /** Fills an empty directory. */
  @FunctionalInterface
  public interface Filler<T> {
    T fill(Path directory) throws IOException;
  }

  private LocalDirectory() {}

  /**
   * Has a directory filled beside {@code target}, and then puts it in its place.
   *
   * @param name hidden, and nobody else's
   * @throws IOException if {@code target} is anything but missing or an empty directory
   */
  public static <T> T create(Path target, String name, Filler<T> filler) throws IOException {
    Path whole = target.toAbsolutePath().normalize();
    Path parent = whole.getParent();
    if (parent == null) {
      throw new FileAlreadyExistsException(target.toString());
    }
    requireFree(whole);
    Path part = parent.resolve(name);
    try {
      Files.createDirectory(part);
      T result = filler.fill(part);
      if (Files.exists(whole, LinkOption.NOFOLLOW_LINKS)) {
        Files.delete(whole);
      }
      Files.move(part, whole, StandardCopyOption.ATOMIC_MOVE);
      return result;
    } finally {
      delete(part);
    }
  }

  private static void requireFree(Path target) throws IOException {
    if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (!Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
      throw new FileAlreadyExistsException(target.toString(), null, "it is no directory");
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(target)) {
      if (entries.iterator().hasNext()) {
        throw new DirectoryNotEmptyException(target.toString());
      }
    }
  }

  private static void delete(Path tree) throws IOException {
    if (Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
      Files.walkFileTree(tree, new Deletion());
    }
  }

  private static final class Deletion extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
        throws IOException {
      LocalEntry.setMode(directory, 0700);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.delete(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
        throws IOException {
      if (failure != null) {
        throw failure;
      }
      Files.delete(directory);
      return FileVisitResult.CONTINUE;
    }
  }
}
