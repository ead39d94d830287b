package dev.sandpiper.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.testkit.LocalSandboxes;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each program in the README and in docs compiles as it stands, and prints what is said there. */
@Timeout(120)
class ReadmeTest {
  private static final Pattern PROGRAM =
      Pattern.compile("```java\\n(.*?)```\\n\\nIt prints:\\n\\n```\\n(.*?)```", Pattern.DOTALL);

  /** {@link DocsTest} runs the other snippets. */
  private static final Pattern ANY_PROGRAM = Pattern.compile("```java\\nimport ");

  private static final Pattern NAME = Pattern.compile("class (\\w+)");

  record Program(String name, String source, String printed) {
    static Program of(MatchResult match) {
      String source = match.group(1);
      String name = NAME.matcher(source).results().findFirst().orElseThrow().group(1);
      return new Program(name, source, match.group(2));
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static List<Path> pages() throws IOException {
    try (Stream<Path> docs = Files.list(Path.of("..", "docs"))) {
      return Stream.concat(Stream.of(Path.of("..", "README.md")), docs)
          .filter(page -> page.toString().endsWith(".md"))
          .sorted()
          .toList();
    }
  }

  static Stream<Program> programs() throws IOException {
    List<Program> programs = new ArrayList<>();
    for (Path page : pages()) {
      String text = Files.readString(page);
      List<Program> there = PROGRAM.matcher(text).results().map(Program::of).toList();
      assertThat(there).as("%s", page).hasSize((int) ANY_PROGRAM.matcher(text).results().count());
      programs.addAll(there);
    }
    assertThat(programs).isNotEmpty();
    return programs.stream();
  }

  @ParameterizedTest
  @MethodSource("programs")
  void aProgramPrintsWhatItsPageSays(Program program, @TempDir Path directory) throws Exception {
    Path source = directory.resolve(program.name() + ".java");
    Files.writeString(source, program.source());
    try (LocalSandboxes local = LocalSandboxes.start()) {
      assertThat(printedBy(source, local)).isEqualTo(program.printed());
    }
  }

  /** What {@code java Source.java} prints, which compiles the source before it runs it. */
  static String printedBy(Path source, LocalSandboxes local, String... arguments)
      throws IOException, InterruptedException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    List<String> words = new ArrayList<>(List.of(java, "-classpath", classPath()));
    words.add(source.toString());
    words.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(words);
    builder.environment().putAll(local.e2bEnvironment());
    Path printed = source.resolveSibling("printed");
    java.lang.Process process =
        builder
            .redirectInput(Redirect.from(source.toFile()))
            .redirectOutput(printed.toFile())
            .redirectError(Redirect.INHERIT)
            .start();
    assertThat(process.waitFor()).describedAs("exit status").isZero();
    return Files.readString(printed, UTF_8);
  }

  private static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }
}
