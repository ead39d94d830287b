package dev.sandpiper.testkit.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The inputs that a fuzzer begins with: from recordings, and those that once found something. */
final class Corpus {
  static final Path RESOURCES =
      Path.of(System.getProperty("basedir", ""), "src", "test", "resources").toAbsolutePath();

  private Corpus() {}

  static List<byte[]> of(Target target) throws IOException {
    List<byte[]> inputs = new ArrayList<>(target.seeds().get());
    Path directory = RESOURCES.resolve("fuzz").resolve(target.name());
    if (Files.isDirectory(directory)) {
      try (Stream<Path> files = Files.list(directory)) {
        for (Path file : (Iterable<Path>) files.sorted()::iterator) {
          inputs.add(Files.readAllBytes(file));
        }
      }
    }
    return inputs;
  }
}
