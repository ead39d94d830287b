package dev.sandpiper.testkit.blaxel;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.testkit.blaxel.process.Limits;
import dev.sandpiper.testkit.recorded.LeftOut;
import dev.sandpiper.testkit.recorded.LeftOut.Reason;
import dev.sandpiper.testkit.recorded.Recording;
import dev.sandpiper.testkit.recorded.Recording.Turn;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the real server answered about processes and streams, this one answers too. The
 * conversations are mostly pauses, so several are held at a time.
 */
class RecordedProcessesTest {
  private static final int AT_A_TIME = 6;

  /** For conversations that last a tenth of their time. */
  private static final Limits HASTY =
      new Limits(
          Limits.REAL.logFileBytes(),
          Limits.REAL.sweep(),
          Limits.REAL.streamKeepAlive().dividedBy(10),
          Limits.REAL.textKeepAlive().dividedBy(10));

  private static final int ATTEMPTS = 4;

  /** Preflights come from elsewhere. */
  private static final BlaxelOptions WIDE =
      new BlaxelOptions(Set.of(), 0, 0, true, false, Set.of(), Set.of(), null);

  private static final LeftOut leftOut = LeftOut.load("/wire/blaxel/processes-left-out.txt");
  private static final Map<String, Future<Map<Turn, Pair>>> plays = new LinkedHashMap<>();
  private static final ExecutorService conversations = Executors.newFixedThreadPool(AT_A_TIME);
  private static final ExecutorService requests = Executors.newCachedThreadPool();
  private static LocalBlaxel blaxel;
  private static LocalBlaxel hastyBlaxel;

  /** What was answered, and what should have been, as lines. */
  private record Pair(List<String> actual, List<String> recorded) {}

  static Stream<String> recordings() {
    return LeftOut.lines("/wire/blaxel/processes-recordings.txt").stream()
        .map(line -> line.split("\\s+", 2)[0])
        .distinct();
  }

  @BeforeAll
  static void playAll() throws Exception {
    blaxel = new LocalBlaxel(WIDE, Limits.REAL);
    hastyBlaxel = new LocalBlaxel(WIDE, HASTY);
    recordings()
        .forEach(name -> plays.put(name, conversations.submit(() -> playUntilInTime(name))));
  }

  @AfterAll
  static void nothingIsLeft() {
    conversations.shutdownNow();
    requests.shutdownNow();
    hastyBlaxel.server().close();
    blaxel.closeAndCheck();
  }

  /**
   * Many of the answers say what a process is doing just then. Where this machine is busy, a
   * process may be further, or not as far: then the conversation is held once more.
   */
  private static Map<Turn, Pair> playUntilInTime(String name) throws Exception {
    Map<Turn, Pair> pairs = Map.of();
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      pairs = play(name);
      if (differences(name, pairs).isEmpty()) break;
    }
    return pairs;
  }

  /** Those that should be alike, and are not. */
  private static Map<Turn, Pair> differences(String name, Map<Turn, Pair> pairs) {
    Set<Integer> others = leftOut.of(name, Reason.DIFFERS);
    others.addAll(leftOut.of(name, Reason.VARIES));
    Map<Turn, Pair> different = new LinkedHashMap<>(pairs);
    different.keySet().removeIf(turn -> others.contains(turn.number()));
    different.values().removeIf(pair -> pair.actual.equals(pair.recorded));
    return different;
  }

  private static Map<Turn, Pair> play(String name) throws Exception {
    Recording recording = Recording.load("blaxel", name);
    double haste = words(name, "haste").mapToDouble(Double::parseDouble).findFirst().orElse(1);
    LocalBlaxel server = haste > 1 ? hastyBlaxel : blaxel;
    LocalBlaxelSandbox sandbox = server.create(definition(words(name, "env")));
    String key = String.valueOf(server.server().environment().get("BL_API_KEY"));
    ProcessReplay replay = new ProcessReplay(sandbox, key, haste, requests);
    replay.prepare(prepared(name));
    Map<Turn, Pair> pairs = new LinkedHashMap<>();
    Map<Integer, RawAnswer> answers = replay.play(recording, leftOut.of(name, Reason.HARMS));
    for (Turn turn : recording.turns()) {
      RawAnswer answer = answers.get(turn.number());
      if (answer == null || turn.status() == 0) continue;
      pairs.put(turn, new Pair(actual(answer, replay, sandbox), recorded(turn)));
    }
    return pairs;
  }

  private static List<String> recorded(Turn turn) {
    return new ProcessMeaning(UnaryOperator.identity())
        .of(turn.status(), turn.answerHeaders(), ProcessMeaning.text(turn.answerBody()));
  }

  private static List<String> actual(
      RawAnswer answer, ProcessReplay replay, LocalBlaxelSandbox sandbox) {
    String prefix = java.net.URI.create(sandbox.url()).getPath();
    List<String> lines =
        new ArrayList<>(
            new ProcessMeaning(replay::toRecordedPid)
                .of(answer.status(), answer.headers(), ProcessMeaning.text(answer.body())));
    lines.replaceAll(line -> replay.toRecorded(line).replace(prefix, ""));
    return lines;
  }

  /** A sandbox with variables, each as in {@code NAME=VALUE}. */
  private static String definition(Stream<String> variables) {
    ObjectNode sandbox = LocalBlaxel.json.createObjectNode();
    ArrayNode envs = sandbox.putObject("spec").putObject("runtime").putArray("envs");
    variables
        .map(variable -> variable.split("=", 2))
        .forEach(pair -> envs.addObject().put("name", pair[0]).put("value", pair[1]));
    return sandbox.toString();
  }

  /** What had been started before, where the recording begins later. */
  private static Stream<String> prepared(String name) {
    return notes(name).filter(note -> note.startsWith("{"));
  }

  /** What is noted of a recording behind a word. */
  private static Stream<String> words(String name, String word) {
    return notes(name)
        .filter(note -> note.startsWith(word + " "))
        .map(note -> note.substring(word.length() + 1));
  }

  private static Stream<String> notes(String name) {
    return LeftOut.lines("/wire/blaxel/processes-recordings.txt").stream()
        .map(line -> line.split("\\s+", 2))
        .filter(words -> words[0].equals(name) && words.length > 1)
        .map(words -> words[1]);
  }

  private static Map<Turn, Pair> played(String name) throws Exception {
    Map<Turn, Pair> pairs = requireNonNull(plays.get(name)).get();
    // Once more, now that fewer conversations are held beside it.
    return differences(name, pairs).isEmpty() ? pairs : playUntilInTime(name);
  }

  @ParameterizedTest
  @MethodSource("recordings")
  void areAnsweredAlike(String name) throws Exception {
    SoftAssertions softly = new SoftAssertions();
    differences(name, played(name))
        .forEach(
            (turn, pair) ->
                softly
                    .assertThat(pair.actual)
                    .as("%s [%d] %s", name, turn.number(), turn.target())
                    .isEqualTo(pair.recorded));
    softly.assertAll();
  }

  /** Who makes one of them equal removes it from the list. */
  @ParameterizedTest
  @MethodSource("recordings")
  void whatIsLeftOutStillDiffers(String name) throws Exception {
    Set<Integer> unnecessary = new TreeSet<>();
    played(name)
        .forEach(
            (turn, pair) -> {
              if (pair.actual.equals(pair.recorded)) unnecessary.add(turn.number());
            });
    unnecessary.retainAll(leftOut.of(name, Reason.DIFFERS));
    assertThat(unnecessary).as("left out of %s, and equal", name).isEmpty();
  }
}
