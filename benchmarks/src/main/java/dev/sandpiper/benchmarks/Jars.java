package dev.sandpiper.benchmarks;

import dev.sandpiper.benchmarks.Row.Goal;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How much of other people's a user of both platforms gets: jars, and megabytes. */
final class Jars {
  private Jars() {}

  static List<Row> rows(String name, Setting setting) throws IOException {
    String jars = System.getProperty("benchmarks.clients");
    if (jars == null) {
      return List.of(row(name, "jars", null, 11), row(name, "MB", null, 7.4));
    }
    List<Path> foreign =
        Arrays.stream(jars.split(File.pathSeparator, -1))
            .map(Path::of)
            .filter(Jars::isForeign)
            .toList();
    long bytes = 0;
    for (Path jar : foreign) bytes += Files.size(jar);
    return List.of(
        row(name, "jars", Ratio.exactly(foreign.size()), 11),
        row(name, "MB", Ratio.exactly(bytes / 1e6), 7.4));
  }

  /** The logger of these programs is not what a user gets. */
  private static boolean isForeign(Path jar) {
    String name = jar.getFileName().toString();
    return !name.matches("(sdk-|benchmarks|slf4j-simple).*") && name.endsWith(".jar");
  }

  private static Row row(String name, String unit, @Nullable Ratio count, double goal) {
    return new Row(name, "third-party jars of both platforms, " + unit, count, Goal.atMost(goal));
  }
}
