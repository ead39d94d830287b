package dev.sandpiper.testkit.e2b;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.testkit.LocalSandboxes;
import dev.sandpiper.testkit.e2b.Replay.Answer;
import dev.sandpiper.testkit.recorded.LeftOut;
import dev.sandpiper.testkit.recorded.LeftOut.Reason;
import dev.sandpiper.testkit.recorded.Recording;
import dev.sandpiper.testkit.recorded.Recording.Turn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the real server answered, this one answers too. */
class RecordedExchangesTest {
  private static final boolean EXHAUSTIVE = Boolean.getBoolean("sandpiper.exhaustive");

  /** Lasts half a minute where the signal finds the other process than the one in the recording. */
  private static final String SLOW = "tag-shared";

  @RegisterExtension
  final LocalServer server = new LocalServer(LocalSandboxes.builder().wideCors().wholeHost());

  private static final LeftOut leftOut = LeftOut.load("/wire/e2b/left-out.txt");

  static Stream<String> recordings() {
    return LeftOut.lines("/wire/e2b/recordings.txt").stream()
        .map(line -> line.split("\\s+", 2)[0])
        .distinct()
        .filter(name -> EXHAUSTIVE || !name.equals(SLOW));
  }

  static Stream<String> recordingsLeftOutInPart() {
    return recordings().filter(name -> !leftOut.of(name, Reason.DIFFERS).isEmpty());
  }

  @ParameterizedTest
  @MethodSource("recordings")
  void areAnsweredAlike(String name) throws Exception {
    assumeTerminals(name);
    SoftAssertions softly = new SoftAssertions();
    Recording recording = Recording.load("e2b", name);
    Set<Integer> skipped = leftOut.of(name, Reason.DIFFERS);
    skipped.addAll(leftOut.of(name, Reason.HARMS));
    Set<Integer> races = leftOut.of(name, Reason.VARIES);
    withReplay(
        name,
        replay ->
            replay
                .play(recording, skipped)
                .forEach(
                    (number, answer) -> {
                      if (races.contains(number)) return;
                      Turn turn = recording.turns().get(number);
                      softly
                          .assertThat(actual(turn, answer, replay))
                          .as("%s [%d] %s", name, number, turn.target())
                          .isEqualTo(expected(turn));
                    }));
    softly.assertAll();
  }

  /** Who makes one of them equal removes it from the list. */
  @ParameterizedTest
  @MethodSource("recordingsLeftOutInPart")
  void whatIsLeftOutStillDiffers(String name) throws Exception {
    assumeTerminals(name);
    Recording recording = Recording.load("e2b", name);
    Set<Integer> unnecessary = new TreeSet<>();
    withReplay(
        name,
        replay ->
            replay
                .tryAll(recording, leftOut.of(name, Reason.HARMS))
                .forEach(
                    (number, answer) -> {
                      Turn turn = recording.turns().get(number);
                      if (actual(turn, answer, replay).equals(expected(turn))) {
                        unnecessary.add(number);
                      }
                    }));
    unnecessary.retainAll(leftOut.of(name, Reason.DIFFERS));
    assertThat(unnecessary).as("left out of %s, and equal", name).isEmpty();
  }

  private interface Playing {
    void with(Replay replay) throws Exception;
  }

  private void withReplay(String name, Playing playing) throws Exception {
    boolean secure = name.startsWith("token-") || List.of("cors", "signed-urls").contains(name);
    TestSandbox sandbox =
        server.create("{\"templateID\":\"base\",\"timeout\":120,\"secure\":%s}".formatted(secure));
    prepare(name, sandbox.home());
    ExecutorService executor = Executors.newCachedThreadPool();
    try {
      playing.with(new Replay(sandbox, executor));
    } finally {
      executor.shutdownNow();
    }
  }

  private static void assumeTerminals(String name) throws IOException {
    if (Recording.load("e2b", name).turns().stream().anyMatch(Turn::hasTerminal))
      TerminalsHere.assume();
  }

  private static List<String> expected(Turn turn) {
    List<String> lines = new ArrayList<>();
    lines.add(turn.status() + " " + turn.contentType() + (turn.isCutByServer() ? " cut" : ""));
    lines.addAll(Meaning.of(turn.target(), turn.contentType(), turn.answerBody()));
    lines.replaceAll(RecordedExchangesTest::withoutChance);
    return lines;
  }

  private static List<String> actual(Turn turn, Answer answer, Replay replay) {
    List<String> lines = new ArrayList<>();
    lines.add(answer.status() + " " + answer.contentType() + (answer.cut() ? " cut" : ""));
    Meaning.of(turn.target(), answer.contentType(), answer.body().toByteArray())
        .forEach(line -> lines.add(replay.toRecorded(line)));
    lines.replaceAll(RecordedExchangesTest::withoutChance);
    return lines;
  }

  /** Names that are made up anew each time. */
  private static String withoutChance(String line) {
    return line.replaceAll("(boundary=|--)[0-9a-f]{60}", "$1BOUNDARY")
        .replaceAll("e2b-compose\\.[0-9a-f-]{36}\\.tmp", "e2b-compose.UUID.tmp");
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
    Files.createDirectories(demo.resolve("keepalive"));
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
}
