package dev.sandpiper.compat;

import static java.util.stream.Collectors.toCollection;
import static java.util.stream.Collectors.toMap;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The calls of each platform, one a line with its name first, and for each client those that are
 * left out: {@code client name reason}. A client of {@code *} means every client.
 */
final class Checklist {
  private final Path folder;
  private final List<String[]> leftOut;

  private Checklist(Path folder, List<String[]> leftOut) {
    this.folder = folder;
    this.leftOut = leftOut;
  }

  static Checklist read(Path folder) throws IOException {
    List<String[]> leftOut =
        lines(folder.resolve("left-out.txt")).stream().map(line -> line.split(" +", 3)).toList();
    for (String[] words : leftOut) {
      if (words.length < 3) throw new IOException("left-out.txt: no reason for " + words[1]);
    }
    return new Checklist(folder, leftOut);
  }

  Set<String> of(String platform) throws IOException {
    return lines(folder.resolve(platform + ".txt")).stream()
        .map(line -> line.split(" +", 2)[0])
        .collect(toCollection(TreeSet::new));
  }

  /** The calls that this client leaves out, with the reason. */
  Map<String, String> leftOut(String client) {
    return leftOut.stream()
        .filter(words -> words[0].equals("*") || words[0].equals(client))
        .collect(toMap(words -> words[1], words -> words[2], (one, other) -> one, TreeMap::new));
  }

  private static List<String> lines(Path file) throws IOException {
    return Files.readAllLines(file).stream()
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .toList();
  }
}
