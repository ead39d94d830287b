package dev.sandpiper.files;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Directories of this machine that are there whole or not at all. */
public final class LocalDirectory {
  private static final Logger log = LoggerFactory.getLogger(LocalDirectory.class);

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
    } catch (IOException | RuntimeException | Error e) {
      cleanUp(part, e);
      throw e;
    }
  }

  /** Its own failure never hides the first one. */
  private static void cleanUp(Path part, Throwable cause) {
    try {
      delete(part);
    } catch (IOException | RuntimeException e) {
      log.warn("{} was left behind: {}", part, e.toString());
      cause.addSuppressed(e);
    }
  }

  private static void requireFree(Path target) throws IOException {
    if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (!Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
      throw new FileAlreadyExistsException(target.toString(), null, "it is not a directory");
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(target)) {
      if (entries.iterator().hasNext()) {
        throw new DirectoryNotEmptyException(target.toString());
      }
    }
  }

  /**
   * Opens one directory at a time, however deep they are, and gives each the rights that deleting
   * needs.
   */
  private static void delete(Path tree) throws IOException {
    Deque<Path> left = new ArrayDeque<>();
    if (Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
      left.push(tree);
    }
    while (!left.isEmpty()) {
      Path directory = left.element();
      List<Path> inner = deleteFiles(directory);
      if (inner.isEmpty()) {
        Files.delete(directory);
        left.remove();
      }
      inner.forEach(left::push);
    }
  }

  /** Returns the directories that are left. */
  private static List<Path> deleteFiles(Path directory) throws IOException {
    LocalEntry.setMode(directory, 0700);
    List<Path> inner = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
          inner.add(entry);
        } else {
          Files.delete(entry);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return inner;
  }
}
