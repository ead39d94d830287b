package dev.sandpiper.testkit.blaxel;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.recorded.LeftOut;
import dev.sandpiper.testkit.recorded.LeftOut.Reason;
import dev.sandpiper.testkit.recorded.Recording;
import dev.sandpiper.testkit.recorded.Recording.Turn;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the real server answered about files, this one answers too. */
class RecordedFilesTest {
  private static final LeftOut leftOut = LeftOut.load("/wire/blaxel/files-left-out.txt");
  private static final Pattern UPLOAD = Pattern.compile("\"uploadId\":\"([0-9a-f-]{36})\"");
  private static final int PATIENCE_MILLIS = 10_000;
  private static final int SHORT_MILLIS = 300;

  @RegisterExtension final FilesystemHere here = new FilesystemHere();

  static Stream<String> recordings() {
    return LeftOut.lines("/wire/blaxel/files-recordings.txt").stream();
  }

  static Stream<String> recordingsLeftOutInPart() {
    return recordings().filter(name -> !leftOut.of(name, Reason.DIFFERS).isEmpty());
  }

  @ParameterizedTest
  @MethodSource("recordings")
  void areAnsweredAlike(String name) throws Exception {
    Set<Integer> skipped = leftOut.of(name, Reason.DIFFERS);
    skipped.addAll(leftOut.of(name, Reason.HARMS));
    SoftAssertions softly = new SoftAssertions();
    play(
        name,
        skipped,
        (turn, actual) ->
            softly
                .assertThat(actual)
                .as("%s [%d] %s", name, turn.number(), turn.target())
                .isEqualTo(recorded(turn)));
    softly.assertAll();
  }

  /** Who makes one of them equal removes it from the list. */
  @ParameterizedTest
  @MethodSource("recordingsLeftOutInPart")
  void whatIsLeftOutStillDiffers(String name) throws Exception {
    Set<Integer> unnecessary = new TreeSet<>();
    play(
        name,
        leftOut.of(name, Reason.HARMS),
        (turn, actual) -> {
          if (actual.equals(recorded(turn))) unnecessary.add(turn.number());
        });
    unnecessary.retainAll(leftOut.of(name, Reason.DIFFERS));
    assertThat(unnecessary).as("left out of %s, and equal", name).isEmpty();
  }

  private interface Judge {
    void look(Turn turn, List<String> actual);
  }

  private void play(String name, Set<Integer> skipped, Judge judge) throws Exception {
    Path root = Files.createDirectories(here.elsewhere());
    RecordedPlaces places = new RecordedPlaces(root, here.home());
    places.prepare(name);
    for (Turn turn : Recording.load("blaxel", name).turns()) {
      if (skipped.contains(turn.number())) continue;
      if (name.equals("exact-modified-since-trap") && turn.number() == 2) grow(root);
      RawHttp.Answer answer = send(turn, places);
      learn(turn, answer, places);
      judge.look(turn, actual(answer, places));
    }
  }

  /** As it grew between two of the recorded requests, within the same second. */
  private static void grow(Path root) throws Exception {
    Path file = root.resolve("tmp/m.log");
    FileTime before = Files.getLastModifiedTime(file);
    Files.writeString(file, "two\n", StandardOpenOption.APPEND);
    Files.setLastModifiedTime(file, before);
  }

  private RawHttp.Answer send(Turn turn, RecordedPlaces places) throws Exception {
    byte[] body = places.body(turn.body().toByteArray());
    List<String> headers = turn.headers().stream().map(places::words).toList();
    String target = places.target(turn.target());
    try (RawHttp http = new RawHttp(here.port(), turn.method(), target, headers, body)) {
      return http.answer(turn.status() == 0 ? SHORT_MILLIS : PATIENCE_MILLIS);
    }
  }

  private static void learn(Turn turn, RawHttp.Answer answer, RecordedPlaces places) {
    String recorded = new String(turn.answerBody(), ISO_8859_1);
    Matcher recordedUpload = UPLOAD.matcher(recorded);
    Matcher actualUpload = UPLOAD.matcher(answer.body().toString(ISO_8859_1));
    if (turn.target().contains("/initiate/") && recordedUpload.find() && actualUpload.find()) {
      places.learn(recordedUpload.group(1), actualUpload.group(1));
    }
    String before = modified(turn.answerHeaders());
    String now = modified(answer.headers());
    if (!before.isEmpty() && !now.isEmpty()) places.learn(before, now);
  }

  private static String modified(List<String> headers) {
    return headers.stream()
        .filter(header -> header.startsWith("Last-Modified: "))
        .map(header -> header.substring("Last-Modified: ".length()))
        .findFirst()
        .orElse("");
  }

  private static List<String> recorded(Turn turn) {
    return meaning(turn.status(), turn.answerHeaders(), turn.answerBody());
  }

  private static List<String> actual(RawHttp.Answer answer, RecordedPlaces places) {
    byte[] body = answer.body().toByteArray();
    boolean json = answer.headers().stream().anyMatch(header -> header.contains("json"));
    if (json) body = places.toRecorded(RecordedPlaces.text(body)).getBytes(UTF_8);
    return meaning(answer.status(), answer.headers(), body);
  }

  private static List<String> meaning(int status, List<String> headers, byte[] body) {
    List<String> lines = new ArrayList<>();
    lines.add(String.valueOf(status));
    headers.stream()
        .filter(header -> !header.matches("(Date|Content-Length|Connection|Transfer-Encoding):.*"))
        .map(header -> header.replaceAll("^Last-Modified: .*", "Last-Modified: then"))
        .map(header -> header.replaceAll("boundary=[0-9a-f]{60}", "boundary=BOUNDARY"))
        .sorted()
        .forEach(lines::add);
    boolean json = headers.stream().anyMatch(header -> header.contains("json; charset"));
    lines.add(
        json
            ? normalised(RecordedPlaces.text(body))
            : new String(body, ISO_8859_1).replaceAll("--[0-9a-f]{60}", "--BOUNDARY"));
    return lines;
  }

  private static String normalised(String text) {
    try {
      JsonNode tree = Exchange.json.readTree(text);
      for (String ofTheMachine : List.of("lastModified", "uploadedAt", "initiatedAt")) {
        for (JsonNode parent : tree.findParents(ofTheMachine)) {
          ((ObjectNode) parent).remove(List.of(ofTheMachine, "owner", "group"));
        }
      }
      if (tree.path("matches") instanceof ArrayNode matches) sort(matches);
      return tree.toString();
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not JSON: " + text, e);
    }
  }

  /** Eight of the real server's workers find them at the same time. */
  private static void sort(ArrayNode matches) {
    List<JsonNode> sorted = new ArrayList<>();
    matches.forEach(sorted::add);
    sorted.sort(Comparator.comparing(JsonNode::toString));
    matches.removeAll();
    matches.addAll(sorted);
  }
}
