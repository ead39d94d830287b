package dev.sandpiper.testkit.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each promise has facts, tests and cells of the matrix, and what the page names exists. */
class PromisesTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern NAME = Pattern.compile("`(\\w+)`");

  /** The rows of the table: promise, contract, tests, operations. */
  private static List<String[]> promises() throws IOException {
    return Files.readAllLines(ROOT.resolve("docs/promises.md")).stream()
        .filter(line -> line.startsWith("| ") && line.contains("`"))
        .map(line -> line.substring(2, line.length() - 2).split(" \\| ", -1))
        .toList();
  }

  private static Set<String> classes(String... roots) throws IOException {
    Set<String> names = new TreeSet<>();
    for (String root : roots) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(root))) {
        files
            .map(file -> file.getFileName().toString())
            .filter(file -> file.endsWith(".java"))
            .forEach(file -> names.add(file.substring(0, file.length() - ".java".length())));
      }
    }
    return names;
  }

  private static Set<String> names(String cell) {
    return NAME.matcher(cell)
        .results()
        .map((MatchResult name) -> name.group(1))
        .collect(Collectors.toSet());
  }

  @Test
  void eachHasFactsTestsAndCellsThatExist() throws IOException {
    Set<String> facts = classes("sdk-testkit/src/main/java/dev/sandpiper/testkit/contract");
    Set<String> tests =
        classes(
            "sdk-core/src/test", "sdk-e2b/src/test", "sdk-blaxel/src/test", "sdk-testkit/src/test");
    Set<String> operations =
        Files.readAllLines(ROOT.resolve("docs/matrix.md")).stream()
            .filter(line -> line.startsWith("| "))
            .map(line -> line.split(" \\| ", -1)[0].substring(2))
            .collect(Collectors.toSet());
    for (String[] promise : promises()) {
      assertThat(names(promise[1])).as(promise[0]).isNotEmpty().isSubsetOf(facts);
      assertThat(names(promise[2])).as(promise[0]).isNotEmpty().isSubsetOf(tests);
      assertThat(promise[3].split(", ", -1)).as(promise[0]).isSubsetOf(operations);
    }
    assertThat(promises()).hasSize(10);
  }
}
