package dev.sandpiper.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** The tables in docs/dependencies.md are of the jars on this class path. */
class DependenciesTest {
  private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z0-9-]+)` \\| (\\d+) \\|");
  private static final Pattern SECTION = Pattern.compile("(?ms)^## (.*?)$(.*?)(?=^## |\\z)");
  private static final Pattern JAR = Pattern.compile("(.*?)-\\d[^/]*\\.jar");

  /** Ours, and what only tests use. */
  private static final Pattern NOT_A_DEPENDENCY =
      Pattern.compile(
          "(sdk|junit|mockwebserver3|opentest4j|apiguardian|assertj|byte-buddy|surefire|common)"
              + "(-.*)?|slf4j-simple|hamcrest.*");

  /** Bytes of each jar on the class path, by its artifact. */
  private static Map<String, Long> jars() {
    String path =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    Map<String, Long> jars = new TreeMap<>();
    for (String entry : path.split(File.pathSeparator, -1)) {
      File file = new File(entry);
      List<String> names =
          JAR.matcher(file.getName()).results().map(match -> match.group(1)).toList();
      names.stream()
          .filter(name -> !NOT_A_DEPENDENCY.matcher(name).matches())
          .forEach(name -> jars.put(name, file.length()));
    }
    return jars;
  }

  private static List<MatchResult> sections() throws IOException {
    String page = Files.readString(Path.of("..", "docs", "dependencies.md"));
    return SECTION.matcher(page).results().toList();
  }

  private static Map<String, Long> kilobytes(String section) {
    Map<String, Long> rows = new TreeMap<>();
    ROW.matcher(section)
        .results()
        .forEach(row -> rows.put(row.group(1), Long.parseLong(row.group(2))));
    return rows;
  }

  @Test
  void eachJarIsInATableWithItsSize() throws IOException {
    Map<String, Long> written = new TreeMap<>();
    for (MatchResult section : sections()) {
      written.putAll(kilobytes(section.group(2)));
    }
    Map<String, Long> jars = jars();
    assertThat(written.keySet()).isEqualTo(jars.keySet());
    jars.forEach(
        (name, bytes) ->
            assertThat(written.getOrDefault(name, 0L) * 1000.0)
                .describedAs(name)
                .isCloseTo(bytes, tolerance(bytes)));
  }

  /** A tenth, or what rounding a small jar makes. */
  private static Offset<Double> tolerance(long bytes) {
    return within(Math.max(bytes / 10.0, 600));
  }

  @Test
  void theSumsAreRight() throws IOException {
    for (MatchResult section : sections()) {
      Map<String, Long> rows = kilobytes(section.group(2));
      Map<String, Long> jars = jars();
      jars.keySet().retainAll(rows.keySet());
      long bytes = jars.values().stream().mapToLong(Long::longValue).sum();
      assertThat(section.group(2).strip())
          .startsWith(String.format(Locale.ROOT, "%d jars, %.1f MB", rows.size(), bytes / 1e6));
    }
  }

  @Test
  void bothProvidersStayWithinTheirGoal() throws IOException {
    Map<String, Long> rows = kilobytes(sections().get(0).group(2));
    assertThat(rows).hasSizeLessThanOrEqualTo(11);
    assertThat(rows.values().stream().mapToLong(Long::longValue).sum()).isLessThanOrEqualTo(7450);
  }
}
