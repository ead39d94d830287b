package dev.sandpiper.testkit.e2b.files;

import dev.sandpiper.e2b.proto.FilesystemProto.ListDirResponse;
import dev.sandpiper.testkit.e2b.connect.ConnectCode;
import dev.sandpiper.testkit.e2b.connect.RpcException;
import dev.sandpiper.testkit.machine.ExactPath;
import dev.sandpiper.testkit.machine.GoErrors;
import dev.sandpiper.testkit.machine.Home;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * Lists everything below a directory, down to a depth: each directory right before its entries,
 * names in the order of their bytes, links listed and not followed. An unreadable entry fails the
 * whole listing.
 */
public final class DirectoryListing {
  private final Home home;
  private final int depth;
  private final ListDirResponse.Builder response = ListDirResponse.newBuilder();

  private DirectoryListing(Home home, int depth) {
    this.home = home;
    this.depth = depth;
  }

  /**
   * Lists a directory.
   *
   * @param path absolute; the paths of entries begin with it, even if it is a link
   * @param depth 1 for the directory's own entries
   */
  public static ListDirResponse read(Home home, String path, int depth) {
    Path directory = follow(home, path);
    if (!Files.isDirectory(directory)) {
      throw RpcException.invalid("path is not a directory: " + home.shown(directory));
    }
    DirectoryListing listing = new DirectoryListing(home, depth);
    try {
      listing.add(directory, ExactPath.clean(path), 1);
    } catch (IOException e) {
      throw RpcException.internal(
          "error reading directory "
              + path
              + ": open "
              + String.valueOf(e.getMessage())
              + ": "
              + GoErrors.reason(e));
    }
    return listing.response.build();
  }

  private static Path follow(Home home, String path) {
    try {
      Path directory = home.follow(path);
      requireAll(home, directory);
      return directory;
    } catch (FileSystemLoopException e) {
      throw new RpcException(
          ConnectCode.FAILED_PRECONDITION,
          "cyclic symlink or chain >255 links at \"" + path + "\"");
    } catch (NoSuchFileException e) {
      throw RpcException.notFound(
          "path not found: lstat " + e.getFile() + ": no such file or directory");
    } catch (IOException e) {
      throw RpcException.internal("error resolving symlink: " + GoErrors.reason(e));
    }
  }

  /** Checks each name from the top: the error names the first one that does not exist. */
  private static void requireAll(Home home, Path path) throws IOException {
    Path at = path.getRoot();
    for (Path name : path) {
      at = at.resolve(name);
      try {
        Files.readAttributes(at, "unix:mode", LinkOption.NOFOLLOW_LINKS);
      } catch (IOException e) {
        if (GoErrors.isMissing(e)) throw new NoSuchFileException(home.shown(at));
        throw e;
      }
    }
  }

  private void add(Path directory, String path, int level) throws IOException {
    Map<byte[], Path> children = new TreeMap<>(Arrays::compareUnsigned);
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      if (level > depth) return; // opened anyway, so that an unreadable one is an error
      for (Path child : stream) {
        String name = ExactPath.name(ExactPath.text(child));
        children.put(ExactPath.bytes(name), child);
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    for (Map.Entry<byte[], Path> child : children.entrySet()) {
      byte[] name = child.getKey();
      String below = (path.equals("/") ? "" : path) + "/" + ExactPath.text(name, name.length);
      response.addEntries(Entries.of(home, child.getValue(), below));
      if (Files.isDirectory(child.getValue(), LinkOption.NOFOLLOW_LINKS)) {
        add(child.getValue(), below, level + 1);
      }
    }
  }
}
