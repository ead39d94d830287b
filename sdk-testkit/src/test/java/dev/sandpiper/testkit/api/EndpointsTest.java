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

/** The classes and the tests that docs/endpoints.md names are there. */
class EndpointsTest {
  private static final Path ROOT = Path.of("..");

  /** The last two columns of a row: classes and tests. */
  private static final Pattern NAMED =
      Pattern.compile("\\| ([^|]+) \\| ([^|]+) \\|$", Pattern.MULTILINE);

  private static final Pattern NAME = Pattern.compile("`(\\w+)`");

  private static Set<String> named(int column) throws IOException {
    String document = Files.readString(ROOT.resolve("docs/endpoints.md"));
    return NAMED
        .matcher(document)
        .results()
        .flatMap(row -> NAME.matcher(row.group(column)).results())
        .map((MatchResult name) -> name.group(1))
        .collect(Collectors.toSet());
  }

  private static Set<String> classes(String folder) throws IOException {
    Set<String> names = new TreeSet<>();
    for (String module : List.of("sdk-core", "sdk-e2b", "sdk-blaxel")) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve(folder))) {
        files
            .map(file -> file.getFileName().toString())
            .filter(file -> file.endsWith(".java"))
            .forEach(file -> names.add(file.substring(0, file.length() - ".java".length())));
      }
    }
    return names;
  }

  @Test
  void eachClassIsThere() throws IOException {
    assertThat(classes("src/main")).containsAll(named(1));
    assertThat(named(1)).hasSizeGreaterThan(20);
  }

  @Test
  void eachTestIsThere() throws IOException {
    assertThat(classes("src/test")).containsAll(named(2));
    assertThat(named(2)).hasSizeGreaterThan(15);
  }
}
