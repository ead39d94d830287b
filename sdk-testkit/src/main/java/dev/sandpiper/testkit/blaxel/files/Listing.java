package dev.sandpiper.testkit.blaxel.files;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.testkit.http.GoJson;
import dev.sandpiper.testkit.http.Refusal;
import dev.sandpiper.testkit.machine.ExactPath;
import dev.sandpiper.testkit.machine.GoErrors;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One directory's entries, sorted by the bytes of their names. Everything but a directory is a
 * file.
 */
final class Listing {
  private Listing() {}

  /**
   * @param named the directory as the client named it; the paths of entries begin with it
   */
  static ObjectNode of(String named, Path directory) {
    ObjectNode listing = GoJson.object();
    listing.put("path", named).put("name", ExactPath.name(named));
    ArrayNode files = listing.putArray("files");
    ArrayNode subdirectories = listing.putArray("subdirectories");
    String prefix = prefix(named);
    Path current = directory;
    try {
      for (Path entry : sorted(directory)) {
        current = entry;
        String name = ExactPath.name(ExactPath.text(entry));
        String path = prefix + name;
        FileStatus status = FileStatus.of(entry);
        if (status.isDirectory()) {
          subdirectories.addObject().put("path", path).put("name", name);
        } else {
          status.describe(files.addObject(), path, name);
        }
      }
      return listing;
    } catch (IOException e) {
      throw new Refusal(
          422,
          "error listing directory: "
              + (current.equals(directory) ? "open" : "lstat")
              + " "
              + ExactPath.text(current)
              + ": "
              + GoErrors.reason(e));
    }
  }

  /** A directory that contains only directories. */
  static ObjectNode ofDirectories(String named, Iterable<String> names) {
    ObjectNode listing = GoJson.object();
    listing.put("path", named).put("name", ExactPath.name(named)).putArray("files");
    ArrayNode subdirectories = listing.putArray("subdirectories");
    String prefix = prefix(named);
    for (String name : names) {
      subdirectories.addObject().put("path", prefix + name).put("name", name);
    }
    return listing;
  }

  private static String prefix(String directory) {
    String clean = ExactPath.clean(directory);
    String relative = directory.startsWith("/") ? clean : clean.substring(1);
    return relative.endsWith("/") || relative.isEmpty() ? relative : relative + "/";
  }

  static List<Path> sorted(Path directory) throws IOException {
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      stream.forEach(entries::add);
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    entries.sort(null); // a path compares by its bytes
    return entries;
  }
}
