package dev.sandpiper.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.testkit.LocalSandboxes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The snippets on the pages below docs compile and run, and what the pages name exists. */
@Timeout(120)
class DocsTest {
  private static final Path DOCS = Path.of("..", "docs");
  private static final Pattern SNIPPET = Pattern.compile("(?s)```java\\n(.*?)```");
  private static final Pattern CLASS = Pattern.compile("`([A-Z][a-z][A-Za-z0-9]*)`");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(#[^)]*)?\\)");

  private static final String PROGRAM =
      """
      import dev.sandpiper.*;
      import dev.sandpiper.Process;
      import dev.sandpiper.agent.*;
      import dev.sandpiper.blaxel.*;
      import dev.sandpiper.e2b.*;
      import dev.sandpiper.fake.*;
      import dev.sandpiper.pool.*;
      import dev.sandpiper.interpreter.*;
      import dev.sandpiper.testkit.contract.SandboxContract;
      import dev.sandpiper.testkit.junit.*;
      import dev.sandpiper.wire.*;
      import java.io.*;
      import java.net.URI;
      import java.net.http.HttpRequest;
      import java.nio.charset.StandardCharsets;
      import java.nio.file.*;
      import java.time.Duration;
      import java.util.*;
      import java.util.concurrent.CompletableFuture;
      import okio.Buffer;
      import org.junit.jupiter.api.Test;

      import static org.junit.jupiter.api.Assertions.assertEquals;

      class Snippets {
        public static void main(String[] args) throws Exception {
          Path path = Files.writeString(Files.createDirectory(Path.of(args[0])).resolve("a"), "abc");
          try (E2bClient client = E2bClient.fromEnvironment();
              E2bSandbox sandbox = client.create(SandboxSpec.standard())) {
            CALLS
          }
        }
        METHODS

        interface AcmeClient {
          static SandboxClient fromEnvironment() {
            throw new IllegalStateException("no such platform");
          }
        }
      }
      """;

  /** Those that are no whole programs, which {@link ReadmeTest} runs. */
  private static List<String> snippets() throws IOException {
    List<String> snippets = new ArrayList<>();
    for (Path page : ReadmeTest.pages()) {
      SNIPPET
          .matcher(Files.readString(page))
          .results()
          .map(match -> match.group(1))
          .filter(snippet -> !snippet.startsWith("import "))
          .forEach(snippets::add);
    }
    assertThat(snippets).isNotEmpty();
    return snippets;
  }

  private static String program(List<String> snippets) {
    String calls =
        IntStream.range(0, snippets.size())
            .mapToObj(i -> "snippet" + i + "(client, sandbox, path);")
            .collect(Collectors.joining("\n"));
    String methods =
        IntStream.range(0, snippets.size())
            .mapToObj(
                i ->
                    "static void snippet"
                        + i
                        + "(E2bClient client, E2bSandbox sandbox, Path path) throws Exception {\n"
                        + snippets.get(i)
                        + "}\n")
            .collect(Collectors.joining());
    return PROGRAM.replace("CALLS", calls).replace("METHODS", methods);
  }

  @Test
  void everySnippetCompilesAndRuns(@TempDir Path directory) throws Exception {
    Path source = directory.resolve("Snippets.java");
    Files.writeString(source, program(snippets()));
    try (LocalSandboxes local = LocalSandboxes.start()) {
      String printed = ReadmeTest.printedBy(source, local, directory.resolve("machine").toString());
      assertThat(printed).contains("one\n").contains("hello\n");
    }
  }

  @Test
  void whatThePageOnEventsNamesExists() throws IOException {
    Set<String> classes = new TreeSet<>();
    for (String module : List.of("sdk-core", "sdk-e2b", "sdk-blaxel")) {
      try (Stream<Path> found = Files.walk(Path.of("..", module, "src", "main", "java"))) {
        found.map(file -> file.getFileName().toString().replace(".java", "")).forEach(classes::add);
      }
    }
    classes.add("OutputGap"); // in ProcessEvent
    assertThat(names("event-parsing.md")).isNotEmpty().isSubsetOf(classes);
  }

  private static List<String> names(String page) throws IOException {
    return CLASS
        .matcher(Files.readString(DOCS.resolve(page)))
        .results()
        .map(match -> match.group(1))
        .toList();
  }

  @Test
  void theVersionToImportIsThisOne() throws IOException {
    String pom = Files.readString(Path.of("..", "sandpiper-bom", "pom.xml"));
    String readme = Files.readString(Path.of("..", "README.md"));
    assertThat(readme).contains(coordinates(pom));
  }

  /** The lines with the BOM's name and version, as they are in both. */
  private static String coordinates(String pom) {
    int from = pom.indexOf("<artifactId>sandpiper-bom");
    return pom.substring(from, pom.indexOf("</version>", from)).replace("\n  <", "\n      <");
  }

  @Test
  void everyLinkToAFileLeadsToOne() throws IOException {
    for (Path page : ReadmeTest.pages()) {
      for (MatchResult link : LINK.matcher(Files.readString(page)).results().toList()) {
        assertThat(page.resolveSibling(link.group(1))).exists();
      }
    }
  }
}
