package dev.sandpiper.testkit.machine;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** Removes a file, a link, or a directory with everything in it, deepest first. */
public final class Removal extends SimpleFileVisitor<Path> {
  /** An entry cannot be removed. */
  public static final class FailedException extends Exception {
    private static final long serialVersionUID = 1;

    private final String path;
    private final String reason;

    FailedException(String path, String reason) {
      super("unlinkat " + path + ": " + reason);
      this.path = path;
      this.reason = reason;
    }

    /** The path of the entry, in the caller's form. */
    public String path() {
      return path;
    }

    public String reason() {
      return reason;
    }
  }

  private final Path top;
  private Path current;

  private Removal(Path top) {
    this.top = top;
    this.current = top;
  }

  /**
   * Removes everything, or stops at the first entry that cannot be removed.
   *
   * @param top does nothing if it does not exist
   * @param name the caller's name for it
   */
  public static void of(Path top, String name) throws FailedException {
    Removal removal = new Removal(top);
    try {
      Files.walkFileTree(top, removal);
    } catch (IOException e) {
      if (GoErrors.isMissing(e)) return;
      String below =
          ExactPath.text(removal.current).substring(ExactPath.text(removal.top).length());
      throw new FailedException(name + below, GoErrors.reason(e));
    }
  }

  @Override
  public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
    return delete(file);
  }

  @Override
  public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
    current = file;
    if (failure instanceof NoSuchFileException && !file.equals(top)) {
      return FileVisitResult.CONTINUE;
    }
    throw failure;
  }

  @Override
  public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
      throws IOException {
    if (failure != null) throw failure;
    return delete(directory);
  }

  private FileVisitResult delete(Path file) throws IOException {
    current = file;
    Files.deleteIfExists(file);
    return FileVisitResult.CONTINUE;
  }
}
