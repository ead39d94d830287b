package dev.sandpiper.testkit.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sandpiper.Sandbox;
import dev.sandpiper.fake.FakeRun;
import dev.sandpiper.fake.FakeSandboxes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Runs the classes of docs/junit.md. */
class JunitDocumentTest {
  private static final Path HERE =
      Path.of("src/test/java/dev/sandpiper/testkit/junit/JunitDocumentTest.java");

  @Test
  void itsClassesStandHereWordForWord() throws IOException {
    String document = Files.readString(Path.of("../docs/junit.md"));
    String here = withoutSpace(Files.readString(HERE));
    List<String> classes =
        Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
            .matcher(document)
            .results()
            .map((MatchResult found) -> found.group(1))
            .toList();
    assertThat(classes)
        .hasSize(3)
        .allSatisfy(each -> assertThat(here).contains(withoutSpace(each)));
  }

  private static String withoutSpace(String text) {
    return text.replaceAll("\\s", "");
  }

  @Nested
  @SandboxTest
  class WordCountTest {
    @Test
    void countsTheWordsOfAFile(Sandbox sandbox) {
      sandbox.files().writeText("poem.txt", "so much depends");
      assertEquals("3", sandbox.shell("wc -w < poem.txt").outText().strip());
    }
  }

  @Nested
  @SandboxTest
  class FlakyNetworkTest {
    @Test
    @WithFault(
        value = FaultType.ANSWER,
        request = "GET /sandboxes/",
        controlPlane = true,
        headers = "Retry-After: 0")
    void asksAgainWhenTheServerIsBusy(Sandbox sandbox) {
      assertEquals(sandbox.id(), sandbox.info().id());
    }

    @Test
    @WithFault(value = FaultType.CUT, request = "/process.Process/List", occurrence = 2)
    void listsAgainWhenTheConnectionBreaks(Sandbox sandbox) {
      assertEquals(sandbox.processes().list(), sandbox.processes().list());
    }
  }

  @Nested
  @SandboxTest(LocalPlatform.FAKE)
  class TestRunnerTest {
    @Test
    void showsWhatFailed(Sandbox sandbox, FakeSandboxes fake) {
      fake.when("pytest", FakeRun.exits(1).stdout("1 failed\n"));
      assertEquals("1 failed\n", sandbox.exec("pytest").outText());
    }
  }
}
