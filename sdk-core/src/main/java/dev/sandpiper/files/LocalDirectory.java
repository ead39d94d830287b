package dev.sandpiper.files;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates local directories atomically: complete or not at all. */
public final class LocalDirectory {
  private static final Logger log = LoggerFactory.getLogger(LocalDirectory.class);

  @FunctionalInterface
  public interface Filler<T> {
    T fill(Path directory) throws IOException;
  }

  private LocalDirectory() {}

  /**
   * Fills a new directory next to {@code target}, then renames it to {@code target}.
   *
   * @param name the unique hidden name of the new directory
   * @throws IOException if {@code target} exists and is not an empty directory
   */
  public static <T> T create(Path target, String name, Filler<T> filler) throws IOException {
    Path whole = target.toAbsolutePath().normalize();
    Path parent = whole.getParent();
    if (parent == null) {
      throw new FileAlreadyExistsException(target.toString());
    }
    requireParent(parent);
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

  /** A failure here is added to {@code cause} as suppressed. */
  private static void cleanUp(Path part, Throwable cause) {
    try {
      delete(part);
    } catch (IOException | RuntimeException e) {
      log.warn("{} was left behind: {}", part, e.toString());
      cause.addSuppressed(e);
    }
  }

  /**
   * Checks the directory in which a new entry is made first under a hidden name, which a failure
   * would show instead.
   */
  static void requireParent(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      throw new NoSuchFileException(
          directory.toString(), null, "there is no such directory for the target of the download");
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
   * Keeps one directory open at a time, however deep the tree is, and adds the permissions that
   * deleting needs.
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

  /** Deletes the files. Returns the subdirectories. */
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
