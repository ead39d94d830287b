package dev.sandpiper.testkit.blaxel;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.recorded.LeftOut;
import dev.sandpiper.testkit.recorded.LeftOut.Reason;
import dev.sandpiper.testkit.recorded.Recording;
import dev.sandpiper.testkit.recorded.Recording.Turn;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the real server told of changes, this one tells too, when the same is done again. */
class RecordedWatchesTest {
  private static final LeftOut leftOut = LeftOut.load("/wire/blaxel/files-left-out.txt");

  @RegisterExtension final FilesystemHere here = new FilesystemHere();

  @ParameterizedTest
  @ValueSource(strings = {"watch", "watch-recursive", "watch-burst", "watch-errors"})
  void tellTheSame(String name) throws Exception {
    Path root = Files.createDirectories(here.elsewhere());
    RecordedPlaces places = new RecordedPlaces(root, here.home());
    places.prepare(name);
    List<Turn> turns = Recording.load("blaxel", name).turns();
    Turn watch = turns.stream().filter(turn -> turn.isCutByClient()).findFirst().orElseThrow();
    List<String> recorded = lines(watch, Double.MAX_VALUE);
    try (RawHttp http = send(watch, places)) {
      here.awaitWatches(1);
      List<String> told = new ArrayList<>();
      BufferedReader in =
          new BufferedReader(new InputStreamReader(http.in(), StandardCharsets.UTF_8));
      for (Turn turn : turns) {
        if (turn.number() <= watch.number()) continue;
        act(turn, places);
        collect(in, told, places, until(turns, turn, watch));
      }
      if (leftOut.of(name, Reason.VARIES).contains(watch.number())) {
        assertThat(told).containsAll(recorded);
      } else {
        assertThat(told).isEqualTo(recorded);
      }
    }
    here.awaitWatches(0);
  }

  /** Does what was done then: a command by the shell, the rest by the server. */
  private void act(Turn turn, RecordedPlaces places) throws Exception {
    if (turn.target().equals("/process")) {
      JsonNode start = Exchange.json.readTree(turn.body().toByteArray());
      places.run(places.words(start.path("command").asText().replace("sleep 0.3", "sleep 0.01")));
      return;
    }
    try (RawHttp http = send(turn, places)) {
      assertThat(http.answer(10_000).status()).isEqualTo(turn.status());
    }
  }

  private RawHttp send(Turn turn, RecordedPlaces places) throws IOException {
    return new RawHttp(
        here.port(),
        turn.method(),
        places.target(turn.target()),
        turn.headers(),
        places.body(turn.body().toByteArray()));
  }

  /** The lines that had come before the next request. */
  private static List<String> until(List<Turn> turns, Turn turn, Turn watch) {
    double next =
        turns.stream()
            .filter(other -> other.number() == turn.number() + 1)
            .mapToDouble(Turn::sentAt)
            .findFirst()
            .orElse(Double.MAX_VALUE);
    return lines(watch, next);
  }

  private static void collect(
      BufferedReader in, List<String> told, RecordedPlaces places, List<String> recorded)
      throws IOException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    // Some are told twice, here other ones than there: their number alone says nothing.
    while (told.size() < recorded.size() || !told.containsAll(recorded)) {
      assertThat(System.nanoTime()).as("told so far: %s", told).isLessThan(end);
      String line = in.readLine();
      assertThat(line).as("the watch has ended after %s", told).isNotNull();
      if (line.startsWith("{")) add(places.toRecorded(line), told);
    }
  }

  /** What was told before a time. */
  private static List<String> lines(Turn watch, double end) {
    List<String> lines = new ArrayList<>();
    watch.chunks().stream()
        .filter(chunk -> chunk.at() < end)
        .forEach(chunk -> add(chunk.bytes().toStringUtf8().strip(), lines));
    return lines;
  }

  /**
   * The kernel makes one of the same change twice if nobody has read the first in between. What is
   * written in a new directory before that is watched is not told, here as there.
   */
  private static void add(String line, List<String> lines) {
    if (line.contains("\"op\":\"WRITE\"") && line.contains("\"path\":\"/tmp/w/n")) return;
    boolean again = !lines.isEmpty() && lines.get(lines.size() - 1).equals(line);
    if (!again) lines.add(line);
  }
}
