package dev.sandpiper.testkit.blaxel.files;

import static dev.sandpiper.testkit.blaxel.files.DiskWrites.DIRECTORY_MODE;
import static dev.sandpiper.testkit.blaxel.files.DiskWrites.FILE_MODE;

import dev.sandpiper.testkit.blaxel.api.Answers;
import dev.sandpiper.testkit.blaxel.api.RequestBody;
import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.machine.ExactPath;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * {@code /filesystem/tree}: several text files at once. Its paths are always absolute, and every
 * path with this prefix belongs to it.
 */
final class FileTree {
  static final String ROUTE = "/filesystem/tree";

  private final BlaxelPaths paths;
  private final DiskWrites disk;
  private final FileRemoval removal;

  FileTree(BlaxelPaths paths, DiskWrites disk, FileRemoval removal) {
    this.paths = paths;
    this.disk = disk;
    this.removal = removal;
  }

  void answer(Exchange exchange, RequestPath path) throws IOException {
    String root = paths.format("/" + path.after(ROUTE));
    switch (exchange.method()) {
      case "PUT" -> put(exchange, root);
      case "DELETE" -> {
        boolean recursive = "true".equals(exchange.query().get("recursive"));
        String message = removal.removeDirectory(paths.absolute(root), recursive);
        Answers.done(exchange, root, message);
      }
      default -> exchange.json(200, Listing.of(root, directory(root)));
    }
  }

  private Path directory(String root) {
    return paths.directory(paths.absolute(root));
  }

  /** Stops at the first file that cannot be written; earlier ones stay. */
  private void put(Exchange exchange, String root) throws IOException {
    Map<String, String> files = RequestBody.read(exchange, "").texts("files");
    String absolute = paths.absolute(root);
    disk.makeDirectory(absolute, DIRECTORY_MODE, "error creating root directory: ");
    for (Map.Entry<String, String> file : files.entrySet()) {
      String target = ExactPath.clean(absolute + "/" + file.getKey());
      String parent = ExactPath.parent(target);
      if (!Files.isDirectory(paths.follow(parent))) {
        disk.makeDirectory(parent, DIRECTORY_MODE, "error creating parent directory: ");
      }
      byte[] content = ExactPath.bytes(file.getValue());
      disk.write(
          exchange, target, FILE_MODE, new ByteArrayInputStream(content), "error writing file: ");
    }
    exchange.json(200, Listing.of(root, directory(root)));
  }
}
