package dev.sandpiper.testkit.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Messages, Javadoc and documents say things in the field's own terms. */
class PlainWordsTest {
  private static final Path ROOT = Path.of("..");

  /**
   * What paraphrases a term: "is no file" for "is not a file", "told" for "reported", and so on.
   */
  private static final Pattern ODD =
      Pattern.compile(
          "(?<![Tt]here )\\bis no (?!longer\\b|more\\b|such\\b|other\\b|way\\b|good\\b)[a-z]"
              + "|\\b(is|are) none\\b(?<!there is none)|\\bthat is none\\b"
              + "|\\b(broke|breaks|broken) off\\b|\\bshall\\b|\\bwhoever\\b|\\bwhosoever\\b"
              + "|\\b(is|are|was|were|be|been|being|not) told\\b|\\btold apart\\b"
              + "|\\bstands (alone|behind|beside|there)\\b|\\blets? go of\\b|\\bin vain\\b"
              + "|\\b(cannot|could not) be known\\b|\\babove the bound\\b|\\bin our words\\b"
              + "|\\bhalf of a surrogate\\b|\\b(becomes?|has become|is not) garbage\\b"
              + "|(?<=\\. )Else\\b|\\bno (array|Unicode|UTF-8|JSON (array|document|object))\\b");

  /** A string, or a comment of Javadoc. */
  private static final Pattern SAID =
      Pattern.compile("\"(?:[^\"\\\\\\n]|\\\\.)*\"|/\\*\\*.*?\\*/", Pattern.DOTALL);

  @Test
  void noMessageAndNoJavadocParaphrasesATerm() throws IOException {
    assertThat(oddOnes(sources(), true)).isEmpty();
  }

  @Test
  void noDocumentParaphrasesATerm() throws IOException {
    assertThat(oddOnes(documents(), false)).isEmpty();
  }

  @Test
  void whatIsLookedForIsFound() {
    assertThat(odd("x.java", "throw failure(\"that is no array\");", true)).hasSize(1);
    assertThat(odd("x.java", "/** The listener\n * is told each change. */", true)).hasSize(1);
    assertThat(odd("x.java", "/** The limit. Else 4096. */", true)).hasSize(1);
    assertThat(odd("x.java", "whether it ran cannot be known", false)).hasSize(1);
    assertThat(odd("x.md", "There is no limit, and there is none.", false)).isEmpty();
  }

  private static List<Path> sources() throws IOException {
    List<Path> all = new ArrayList<>();
    for (String module :
        List.of(
            "sdk-core",
            "sdk-e2b",
            "sdk-blaxel",
            "sdk-fake",
            "sdk-agent",
            "sdk-langchain4j",
            "sdk-spring-ai",
            "sdk-mcp",
            "sdk-temporal",
            "sdk-testkit")) {
      all.addAll(files(ROOT.resolve(module).resolve("src/main/java"), ".java"));
    }
    return all;
  }

  private static List<Path> documents() throws IOException {
    List<Path> all = files(ROOT.resolve("docs"), ".md");
    for (String name : List.of("README.md", "CONTRIBUTING.md", "RATIONALE.md")) {
      all.add(ROOT.resolve(name));
    }
    return all;
  }

  private static List<Path> files(Path directory, String end) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return new ArrayList<>(all.filter(path -> path.toString().endsWith(end)).sorted().toList());
    }
  }

  private static List<String> oddOnes(List<Path> files, boolean isCode) throws IOException {
    List<String> found = new ArrayList<>();
    for (Path file : files) {
      found.addAll(odd(ROOT.relativize(file).toString(), Files.readString(file), isCode));
    }
    return found;
  }

  private static List<String> odd(String name, String text, boolean isCode) {
    List<String> found = new ArrayList<>();
    if (!isCode) {
      addTo(found, name, text);
      return found;
    }
    Matcher said = SAID.matcher(text);
    while (said.find()) {
      addTo(found, name, said.group());
    }
    return found;
  }

  private static void addTo(List<String> found, String name, String text) {
    String line = text.replaceAll("\\s+(\\* )?", " ");
    Matcher odd = ODD.matcher(line);
    while (odd.find()) {
      int from = Math.max(0, odd.start() - 40);
      int to = Math.min(line.length(), odd.end() + 40);
      found.add(name + ": ..." + line.substring(from, to) + "...");
    }
  }
}
