package dev.sandpiper.testkit.e2b.files;

import dev.sandpiper.e2b.proto.FilesystemProto.EntryInfo;
import dev.sandpiper.testkit.e2b.connect.ConnectCode;
import dev.sandpiper.testkit.e2b.connect.RpcException;
import dev.sandpiper.testkit.machine.ExactPath;
import dev.sandpiper.testkit.machine.GoErrors;
import dev.sandpiper.testkit.machine.Home;
import dev.sandpiper.testkit.machine.Removal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;

/** Creates directories, and moves and removes entries. All paths are absolute. */
public final class FileChanges {
  private final Home home;

  public FileChanges(Home home) {
    this.home = home;
  }

  /** Creates a directory that must not exist, and its parents. */
  public EntryInfo makeDirectory(String path) {
    try {
      boolean directory = Files.isDirectory(existing(path));
      throw directory
          ? new RpcException(ConnectCode.ALREADY_EXISTS, "directory already exists: " + path)
          : RpcException.invalid("path already exists but it is not a directory: " + path);
    } catch (IOException e) {
      if (!GoErrors.isMissing(e)) {
        throw RpcException.internal(
            "error getting file info: stat " + path + ": " + GoErrors.reason(e));
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

  /** Renames; an existing file is overwritten, a directory is not. */
  public EntryInfo move(String source, String destination) {
    makeParents(ExactPath.parent(destination));
    try {
      Path from = home.locate(source);
      Path to = home.locate(destination);
      requireNoRoot(from, source);
      Object moved = key(from);
      if (Files.isDirectory(to, LinkOption.NOFOLLOW_LINKS)
          && (source.equals(destination) || !key(to).equals(moved))) {
        throw RpcException.internal(
            "error renaming: rename " + source + " " + destination + ": file exists");
      }
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      String reason = "rename " + source + " " + destination + ": " + GoErrors.reason(e);
      if (GoErrors.isMissing(e)) throw RpcException.notFound("source file not found: " + reason);
      throw RpcException.internal("error renaming: " + reason);
    }
    return describe(destination);
  }

  private void requireNoRoot(Path file, String path) {
    if (home.isRoot(file)) {
      throw new RpcException(
          ConnectCode.PERMISSION_DENIED,
          "a local sandbox does not move or remove '" + path + "' itself");
    }
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
          ? RpcException.notFound("file not found: lstat " + path + ": no such file or directory")
          : RpcException.internal(
              "error getting file info: lstat " + path + ": " + GoErrors.reason(e));
    }
  }

  /**
   * Removes a file, a link, or a directory with everything in it. Does nothing if there is nothing.
   */
  public void remove(String path) {
    if (path.equals(".") || path.endsWith("/.")) {
      throw failed("RemoveAll", path, "invalid argument");
    }
    try {
      Path here = home.locate(path);
      requireNoRoot(here, path);
      Removal.of(here, path);
    } catch (Removal.FailedException e) {
      throw failed("unlinkat", e.path(), e.reason());
    } catch (IOException e) {
      if (GoErrors.isMissing(e)) return;
      throw failed("unlinkat", path, GoErrors.reason(e));
    }
  }

  private static RpcException failed(String call, String path, String reason) {
    return RpcException.internal(
        "error removing file or directory: " + call + " " + path + ": " + reason);
  }
}
