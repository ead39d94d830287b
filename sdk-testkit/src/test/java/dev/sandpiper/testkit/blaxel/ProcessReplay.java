package dev.sandpiper.testkit.blaxel;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.testing.FreePort;
import dev.sandpiper.testkit.recorded.Recording;
import dev.sandpiper.testkit.recorded.Recording.Turn;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Sends a recording's requests to a sandbox in their order. A request waits until the answers
 * before it have come as far as they had in the recording, and as long as whoever recorded it
 * waited. Directories, pids and ports are translated on the way.
 */
final class ProcessReplay {
  private static final long PATIENCE_MILLIS = 20_000;
  private static final double LONG_PAUSE_MILLIS = 1000;
  private static final Pattern PID =
      Pattern.compile(
          "\\\\?\"pid\\\\?\":\\\\?\"(\\d+)\\\\?\",\\\\?\"name\\\\?\":\\\\?\"([^\"\\\\]*)");
  private static final Pattern SLEEP = Pattern.compile("(sleep[ (])([\\d.]+)");
  private static final Pattern PORT = Pattern.compile("\\b183\\d\\d\\b");

  private final LocalBlaxelSandbox sandbox;
  private final String authorization;
  private final String home;
  private final double haste;
  private final ExecutorService executor;
  private final Map<String, String> pids = new ConcurrentHashMap<>();
  private final Map<String, String> sleeps = new ConcurrentHashMap<>();
  private final Map<String, String> ports = new ConcurrentHashMap<>();
  private final Map<Integer, Incoming> incoming = new ConcurrentHashMap<>();

  /**
   * @param haste how many times as fast as recorded
   */
  ProcessReplay(
      LocalBlaxelSandbox sandbox, String authorization, double haste, ExecutorService executor)
      throws IOException, InterruptedException {
    this.sandbox = sandbox;
    this.authorization = authorization;
    this.haste = haste;
    this.executor = executor;
    this.home = sandbox.json("GET", "/filesystem/~", "").path("path").asText();
    Files.createDirectories(Path.of(home, "tmp"));
    Files.createDirectories(Path.of(home, "sub"));
  }

  /** Plays all turns but some and returns the answers by number. */
  Map<Integer, RawAnswer> play(Recording recording, Set<Integer> never) throws Exception {
    Map<Integer, CompletableFuture<Void>> sent = new LinkedHashMap<>();
    List<Turn> turns =
        recording.turns().stream().sorted(Comparator.comparingDouble(Turn::sentAt)).toList();
    for (Turn turn : turns) {
      if (never.contains(turn.number())) continue;
      awaitEarlier(turns, turn);
      pause(turns, turn);
      Incoming sink = new Incoming();
      incoming.put(turn.number(), sink);
      sent.put(turn.number(), CompletableFuture.runAsync(() -> exchange(turn, sink), executor));
    }
    Map<Integer, RawAnswer> answers = new LinkedHashMap<>();
    for (Map.Entry<Integer, CompletableFuture<Void>> one : sent.entrySet()) {
      one.getValue().get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
      Incoming sink = incoming.get(one.getKey());
      if (sink != null) answers.put(one.getKey(), sink.answer());
    }
    return answers;
  }

  private void awaitEarlier(List<Turn> turns, Turn turn) throws InterruptedException {
    for (Turn earlier : turns) {
      Incoming sink = incoming.get(earlier.number());
      if (sink == null || earlier.number() == turn.number()) continue;
      if (earlier.endedAt() <= turn.sentAt()) {
        sink.await(answer -> false, PATIENCE_MILLIS); // to its end
      } else {
        long lines = lines(recordedBefore(earlier, turn.sentAt()));
        sink.await(answer -> lines(answer.latin1Body()) >= lines, PATIENCE_MILLIS);
      }
    }
  }

  private static String recordedBefore(Turn turn, double time) {
    StringBuilder text = new StringBuilder();
    turn.chunks().stream()
        .filter(chunk -> chunk.at() < time)
        .forEach(chunk -> text.append(chunk.bytes().toStringUtf8()));
    return text.toString();
  }

  private static long lines(String text) {
    return text.chars().filter(c -> c == '\n').count();
  }

  /** Since the last thing that happened in the recording. */
  private void pause(List<Turn> turns, Turn turn) throws InterruptedException {
    double latest = 0;
    for (Turn other : turns) {
      if (other.sentAt() < turn.sentAt()) latest = Math.max(latest, other.sentAt());
      if (other.endedAt() < turn.sentAt()) latest = Math.max(latest, other.endedAt());
      for (Recording.Chunk chunk : other.chunks()) {
        if (chunk.at() < turn.sentAt()) latest = Math.max(latest, chunk.at());
      }
    }
    double gap = turn.sentAt() - latest;
    // Who waited for something to have happened waited just long enough.
    double slack = gap > LONG_PAUSE_MILLIS ? gap / 10 : 0;
    Thread.sleep((long) ((gap + slack) / haste));
  }

  private void exchange(Turn turn, Incoming sink) {
    URI base = URI.create(sandbox.url());
    List<String> headers = new ArrayList<>(turn.headers());
    headers.removeIf(header -> header.matches("(X-Blaxel-|Transfer-Encoding).*"));
    headers.add("X-Blaxel-Authorization: Bearer " + authorization);
    String target = base.getPath() + toActual(turn.target());
    byte[] body = toActual(turn.body().toString(ISO_8859_1)).getBytes(ISO_8859_1);
    try (RawHttp http = new RawHttp(base.getPort(), turn.method(), target, headers, body)) {
      if (turn.isCutByClient()) cutLater(http, turn);
      receive(http.in(), turn, sink);
    } catch (IOException e) {
      if (!turn.isCutByClient()) throw new UncheckedIOException(turn.target(), e);
    } finally {
      sink.end();
    }
  }

  private void cutLater(RawHttp http, Turn turn) {
    long millis = (long) ((turn.endedAt() - turn.sentAt()) / haste);
    CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS, executor)
        .execute(
            () -> {
              try {
                http.close();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
  }

  private void receive(InputStream in, Turn turn, Incoming sink) throws IOException {
    byte[] buffer = new byte[64 * 1024];
    for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
      sink.add(buffer, count);
      learnPids(text(turn.answerBody()), text(sink.answer().body()));
    }
  }

  private static String text(byte[] bytes) {
    return new String(bytes, UTF_8);
  }

  private void learnPids(String recorded, String actual) {
    Matcher before = PID.matcher(recorded);
    Matcher now = PID.matcher(actual);
    if (!recorded.startsWith("{") || !before.find() || !now.find()) return;
    boolean same = before.group(2).equals(now.group(2)) || before.group(2).startsWith("proc-");
    if (same) pids.putIfAbsent(before.group(1), now.group(1));
  }

  private String toActual(String text) {
    String actual =
        text.replace("/tmp/", home + "/tmp/")
            .replace("%2Ftmp%2F", home.replace("/", "%2F") + "%2Ftmp%2F");
    actual = PORT.matcher(actual).replaceAll(found -> port(found.group()));
    if (haste > 1) actual = SLEEP.matcher(actual).replaceAll(this::shortened);
    Matcher id = Pattern.compile("/process/(\\d+)(/.*|$)").matcher(actual);
    return id.matches() && pids.containsKey(id.group(1))
        ? "/process/" + pids.get(id.group(1)) + id.group(2)
        : actual;
  }

  private String shortened(MatchResult sleep) {
    String actual = sleep.group(1) + Double.parseDouble(sleep.group(2)) / haste;
    sleeps.put(actual, sleep.group());
    return actual;
  }

  private String port(String recorded) {
    return ports.computeIfAbsent(recorded, unused -> Integer.toString(FreePort.any()));
  }

  /** An actual text in the words of the recording. */
  String toRecorded(String text) {
    String recorded = text.replace(home + "/tmp/", "/tmp/").replace(home, "/blaxel");
    for (Map.Entry<String, String> sleep : sleeps.entrySet()) {
      recorded = recorded.replace(sleep.getKey(), sleep.getValue());
    }
    for (Map.Entry<String, String> port : ports.entrySet()) {
      recorded = recorded.replace(port.getValue(), port.getKey());
    }
    return recorded;
  }

  /** An actual pid as it was in the recording; itself if it was not. */
  String toRecordedPid(String pid) {
    return pids.entrySet().stream()
        .filter(entry -> entry.getValue().equals(pid))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse(pid);
  }

  /** Starts what had been started before the recording began. */
  void prepare(Stream<String> bodies) throws IOException, InterruptedException {
    for (String body : bodies.toList()) sandbox.json("POST", "/process", body);
  }
}
