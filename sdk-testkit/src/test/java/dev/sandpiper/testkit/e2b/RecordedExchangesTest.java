package dev.sandpiper.testkit.e2b;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.testkit.e2b.Recording.Turn;
import dev.sandpiper.testkit.e2b.Replay.Answer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the real server answered, this one answers too. */
class RecordedExchangesTest {
  @RegisterExtension final LocalServer server = new LocalServer();

  static Stream<String> recordings() throws IOException {
    return lines("recordings.txt").map(line -> line.split("\\s+", 2)[0]).distinct();
  }

  @ParameterizedTest
  @MethodSource("recordings")
  void areAnsweredAlike(String name) throws Exception {
    Recording recording = Recording.load(name);
    TestSandbox sandbox =
        server.create(
            "{\"templateID\":\"base\",\"timeout\":120,\"secure\":%s}"
                .formatted(name.startsWith("token-") || name.equals("signed-urls")));
    prepare(name, sandbox.home());
    ExecutorService executor = Executors.newCachedThreadPool();
    try {
      Replay replay = new Replay(sandbox, executor);
      compare(recording, replay, replay.play(recording, leftOut(name)));
    } finally {
      executor.shutdownNow();
    }
  }

  private static void compare(Recording recording, Replay replay, Map<Integer, Answer> answers) {
    SoftAssertions softly = new SoftAssertions();
    for (Turn turn : recording.turns()) {
      Answer answer = answers.get(turn.number());
      if (answer == null) continue;
      List<String> expected = new ArrayList<>();
      expected.add(turn.status() + " " + turn.contentType());
      expected.addAll(Meaning.of(turn.target(), turn.contentType(), recorded(turn)));
      List<String> actual = new ArrayList<>();
      actual.add(answer.status() + " " + answer.contentType());
      Meaning.of(turn.target(), answer.contentType(), answer.body().toByteArray())
          .forEach(line -> actual.add(replay.toRecorded(line)));
      expected.replaceAll(RecordedExchangesTest::withoutChance);
      actual.replaceAll(RecordedExchangesTest::withoutChance);
      softly
          .assertThat(actual)
          .as("%s [%d] %s", recording.name(), turn.number(), turn.target())
          .isEqualTo(expected);
    }
    softly.assertAll();
  }

  /** Names that are made up anew each time. */
  private static String withoutChance(String line) {
    return line.replaceAll("(boundary=|--)[0-9a-f]{60}", "$1BOUNDARY")
        .replaceAll("e2b-compose\\.[0-9a-f-]{36}\\.tmp", "e2b-compose.UUID.tmp");
  }

  private static byte[] recorded(Turn turn) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    turn.chunks().forEach(chunk -> bytes.writeBytes(chunk.bytes().toByteArray()));
    return bytes.toByteArray();
  }

  /** The files that were there when the recordings were made. */
  private static void prepare(String recording, Path home) throws IOException {
    Path demo = Files.createDirectories(home.resolve("demo"));
    Files.createDirectories(demo.resolve("codecs"));
    Files.writeString(demo.resolve("codecs/a.txt"), "12345");
    Files.createDirectories(demo.resolve("legacy"));
    Files.writeString(demo.resolve("legacy/a.txt"), "12345");
    Files.createDirectories(demo.resolve("cwd"));
    Files.writeString(demo.resolve("cwd/file"), "");
    Files.createDirectories(demo.resolve("zero"));
    Files.createDirectories(demo.resolve("files"));
    Files.createDirectories(demo.resolve("errors"));
    Files.writeString(demo.resolve("errors/file"), "");
    RecordedTrees.makeLarge(demo.resolve("large"));
    RecordedTrees.makeTree(demo.resolve("tree"));
    RecordedTrees.makeFiles(demo.resolve("files"));
    RecordedTrees.makeUploads(recording, demo.resolve("up"));
    RecordedTrees.makeChanges(demo);
    RecordedTrees.makeWatched(demo.resolve("watch"));
    RecordedTrees.makeParts(demo.resolve("compose"));
  }

  /**
   * The exchanges of a recording that this server answers otherwise; the reasons are in the file.
   */
  private static Set<Integer> leftOut(String name) throws IOException {
    Set<Integer> numbers = new LinkedHashSet<>();
    lines("left-out.txt")
        .map(line -> line.split("\\s+", 3))
        .filter(words -> words[0].equals(name))
        .forEach(
            words ->
                Arrays.stream(words[1].split(",", -1)).map(Integer::valueOf).forEach(numbers::add));
    return numbers;
  }

  private static Stream<String> lines(String resource) throws IOException {
    try (InputStream in =
        RecordedExchangesTest.class.getResourceAsStream("/wire/e2b/" + resource)) {
      assertThat(in).as(resource).isNotNull();
      return new String(in.readAllBytes(), UTF_8)
          .lines().filter(line -> !line.isBlank() && !line.startsWith("#")).toList().stream();
    }
  }
}
