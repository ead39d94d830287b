package dev.sandpiper.testkit.e2b;

import dev.sandpiper.e2b.proto.FilesystemProto.EntryInfo;
import dev.sandpiper.testkit.machine.ExactPath;
import dev.sandpiper.testkit.machine.GoErrors;
import dev.sandpiper.testkit.machine.Home;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** Directories made, and anything moved or removed. All paths are absolute. */
final class FileChanges {
  private final Home home;

  FileChanges(Home home) {
    this.home = home;
  }

  /** Makes a directory that must not be there, its parents too. */
  EntryInfo makeDirectory(String path) {
    try {
      boolean directory = Files.isDirectory(existing(path));
      throw directory
          ? new RpcException(ConnectCode.ALREADY_EXISTS, "directory already exists: " + path)
          : RpcException.invalid("path already exists but it is not a directory: " + path);
    } catch (IOException e) {
      if (!GoErrors.isMissing(e)) {
        throw RpcException.internal(
            "error getting file info: stat %s: %s".formatted(path, GoErrors.reason(e)));
      }
    }
    makeParents(path);
    return describe(path);
  }

  private Path existing(String path) throws IOException {
    Path file = home.follow(path);
    Files.readAttributes(file, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    return file;
  }

  private void makeParents(String directory) {
    try {
      Parents.make(home, directory);
    } catch (Parents.RefusedException e) {
      throw RpcException.internal(String.valueOf(e.getMessage()));
    }
  }

  /** Renames; a file in the way is overwritten, a directory is not. */
  EntryInfo move(String source, String destination) {
    makeParents(ExactPath.parent(destination));
    try {
      Path from = home.locate(source);
      Path to = home.locate(destination);
      Object moved = key(from);
      if (Files.isDirectory(to, LinkOption.NOFOLLOW_LINKS)
          && (source.equals(destination) || !key(to).equals(moved))) {
        throw RpcException.internal(
            "error renaming: rename %s %s: file exists".formatted(source, destination));
      }
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      String reason = "rename %s %s: %s".formatted(source, destination, GoErrors.reason(e));
      if (GoErrors.isMissing(e)) throw RpcException.notFound("source file not found: " + reason);
      throw RpcException.internal("error renaming: " + reason);
    }
    return describe(destination);
  }

  private static Object key(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .fileKey();
  }

  private EntryInfo describe(String path) {
    try {
      return Entries.read(home, path);
    } catch (IOException e) {
      throw GoErrors.isMissing(e)
          ? RpcException.notFound(
              "file not found: lstat %s: no such file or directory".formatted(path))
          : RpcException.internal(
              "error getting file info: lstat %s: %s".formatted(path, GoErrors.reason(e)));
    }
  }

  /** Removes a file, a link, or a directory with all that is in it; nothing there is fine too. */
  void remove(String path) {
    if (path.equals(".") || path.endsWith("/.")) {
      throw failed("RemoveAll", path, "invalid argument");
    }
    Removal removal = new Removal();
    try {
      Path top = home.locate(path);
      removal.current = top;
      Files.walkFileTree(top, removal);
    } catch (IOException e) {
      if (GoErrors.isMissing(e)) return;
      throw failed("unlinkat", removal.failedAt(path), GoErrors.reason(e));
    }
  }

  private static RpcException failed(String call, String path, String reason) {
    return RpcException.internal(
        "error removing file or directory: %s %s: %s".formatted(call, path, reason));
  }

  /** Deepest first. Remembers what it is at, for the complaint. */
  private static final class Removal extends SimpleFileVisitor<Path> {
    private @Nullable Path current;
    private @Nullable Path top;

    /** The path that failed, as the caller of it all would write it. */
    String failedAt(String path) {
      if (current == null || top == null || current.equals(top)) return path;
      return path + ExactPath.text(current).substring(ExactPath.text(top).length());
    }

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
      if (top == null) top = directory;
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      return delete(file);
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
      current = file;
      if (failure instanceof NoSuchFileException && top != null) return FileVisitResult.CONTINUE;
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
}
