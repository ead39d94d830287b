package dev.sandpiper.testkit.e2b;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.DynamicMessage;
import dev.sandpiper.testkit.e2b.connect.Gzip;
import dev.sandpiper.testkit.e2b.connect.Limits;
import dev.sandpiper.testkit.e2b.connect.ProtoJsonReader;
import dev.sandpiper.testkit.e2b.connect.RpcException;
import dev.sandpiper.testkit.e2b.envd.Envd;
import dev.sandpiper.testkit.recorded.Recording;
import dev.sandpiper.testkit.recorded.Recording.Chunk;
import dev.sandpiper.testkit.recorded.Recording.Turn;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Sends a recording's requests to a sandbox in their order. A request waits until the answers
 * before it have come as far as they had in the recording. Pids, tokens and the home are translated
 * on the way.
 */
final class Replay {
  private static final String RECORDED_HOME = "/home/user";
  private static final String RECORDED_TOKEN = "0tQG31xiMp0IOQfaz9dcwi72L1CPo8e0";
  private static final Pattern START = Pattern.compile("\"start\":\\{\"pid\":(\\d+)}");
  private static final Pattern WATCHER = Pattern.compile("\"watcherId\":\"(\\w+)\"");

  /** What a process writes for the client that attaches while it sleeps. */
  private static final Pattern WRITTEN_FOR_ATTACHED = Pattern.compile("; echo (after|three)\\b");

  /**
   * In the sandbox's home once a client has attached: a busy machine may take longer than a sleep.
   */
  private static final String ATTACHED = ".attached";

  private static final String WAIT_FOR_ATTACHED =
      "; until [ -e " + ATTACHED + " ]; do sleep 0.1; done";

  private static final double PAUSE_MILLIS = 100;
  private static final double LONGEST_PAUSE_MILLIS = 1000;
  private static final long PATIENCE_SECONDS = 20;
  private static final long SHORT_SECONDS = 3;

  /** An answer, in the words of the recording. */
  record Answer(int status, String contentType, ByteString body, boolean cut) {}

  /** An answer on its way. */
  private static final class Incoming {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private byte[] seen = new byte[0];
    private boolean over;

    synchronized ByteString content() {
      return ByteString.copyFrom(bytes.toByteArray());
    }

    synchronized void add(byte[] more, int count) {
      bytes.write(more, 0, count);
    }

    /** Lets others see what has come, once what it says is understood. */
    synchronized void reveal() {
      seen = bytes.toByteArray();
      notifyAll();
    }

    synchronized void end() {
      over = true;
      notifyAll();
    }

    synchronized void await(Predicate<byte[]> enough) throws InterruptedException {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
      while (!over && !enough.test(seen) && System.nanoTime() < end) {
        wait(100);
      }
    }
  }

  private final TestSandbox sandbox;
  private final ExecutorService executor;
  private final Map<String, String> recordedToActualPid = new ConcurrentHashMap<>();
  private final Map<String, String> recordedToActualWatcher = new ConcurrentHashMap<>();
  private final Map<Integer, Incoming> incoming = new ConcurrentHashMap<>();
  private volatile boolean attaches;

  Replay(TestSandbox sandbox, ExecutorService executor) {
    this.sandbox = sandbox;
    this.executor = executor;
  }

  /** Plays the chosen turns and returns their answers by number. */
  Map<Integer, Answer> play(Recording recording, Set<Integer> leftOut) throws Exception {
    Map<Integer, Answer> done = new LinkedHashMap<>();
    for (Map.Entry<Integer, CompletableFuture<Answer>> answer :
        send(recording, leftOut).entrySet()) {
      done.put(answer.getKey(), answer.getValue().get(PATIENCE_SECONDS, TimeUnit.SECONDS));
    }
    return done;
  }

  /** Plays all turns but some and returns the answers of those that get one. */
  Map<Integer, Answer> tryAll(Recording recording, Set<Integer> never) throws Exception {
    Map<Integer, Answer> done = new LinkedHashMap<>();
    for (Map.Entry<Integer, CompletableFuture<Answer>> answer : send(recording, never).entrySet()) {
      try {
        done.put(answer.getKey(), answer.getValue().get(SHORT_SECONDS, TimeUnit.SECONDS));
      } catch (ExecutionException | TimeoutException e) {
        answer.getValue().cancel(true);
      }
    }
    return done;
  }

  private Map<Integer, CompletableFuture<Answer>> send(Recording recording, Set<Integer> leftOut)
      throws InterruptedException {
    Map<Integer, CompletableFuture<Answer>> answers = new LinkedHashMap<>();
    attaches = recording.turns().stream().anyMatch(Replay::isAttaching);
    double previous = 0;
    for (Turn turn : recording.turns()) {
      if (leftOut.contains(turn.number())) continue;
      awaitEarlier(recording, turn, answers);
      previous = pause(recording, turn, previous);
      Incoming sink = new Incoming();
      incoming.put(turn.number(), sink);
      answers.put(
          turn.number(), CompletableFuture.supplyAsync(() -> exchange(turn, sink), executor));
    }
    return answers;
  }

  private void awaitEarlier(
      Recording recording, Turn turn, Map<Integer, CompletableFuture<Answer>> answers)
      throws InterruptedException {
    for (Turn earlier : recording.turns()) {
      Incoming sink = incoming.get(earlier.number());
      if (!answers.containsKey(earlier.number()) || sink == null) continue;
      if (earlier.endedAt() <= turn.sentAt()) {
        sink.await(bytes -> false); // to its end
      } else {
        byte[] recorded = before(earlier, turn.sentAt());
        sink.await(bytes -> isAsFar(earlier, recorded, bytes));
      }
    }
  }

  /** Keeps the pauses that whoever recorded it made on purpose. */
  private static double pause(Recording recording, Turn turn, double previous)
      throws InterruptedException {
    double latest = previous;
    for (Turn other : recording.turns()) {
      if (other.endedAt() < turn.sentAt()) latest = Math.max(latest, other.endedAt());
      for (Chunk chunk : other.chunks()) {
        if (chunk.at() < turn.sentAt()) latest = Math.max(latest, chunk.at());
      }
    }
    double gap = turn.sentAt() - latest;
    // Events are on their way for a moment, which nothing tells the end of.
    if (turn.target().endsWith("/GetWatcherEvents")) gap = Math.max(gap, 2 * PAUSE_MILLIS);
    if (gap > PAUSE_MILLIS) Thread.sleep((long) Math.min(gap, LONGEST_PAUSE_MILLIS));
    return turn.sentAt();
  }

  /** A terminal's output comes in other pieces each time, so there it is the words that count. */
  private static boolean isAsFar(Turn turn, byte[] recorded, byte[] actual) {
    int begun = turn.target().endsWith("/Start") ? 1 : 0;
    List<String> expected = screen(turn, recorded);
    if (expected.isEmpty()) return events(actual) >= Math.max(begun, events(recorded));
    return screen(turn, actual).contains(expected.get(expected.size() - 1));
  }

  private static List<String> screen(Turn turn, byte[] envelopes) {
    String none = Meaning.SCREEN + "[]";
    if (!turn.contentType().startsWith("application/connect+")) return List.of();
    return Meaning.of(turn.target(), turn.contentType(), whole(envelopes)).stream()
        .filter(line -> line.startsWith(Meaning.SCREEN) && !line.equals(none))
        .flatMap(
            line -> Stream.of(line.substring(none.length() - 1, line.length() - 1).split(", ")))
        .toList();
  }

  /** Without the envelope that has not come to its end. */
  private static byte[] whole(byte[] envelopes) {
    ByteBuffer in = ByteBuffer.wrap(envelopes);
    int end = 0;
    while (in.remaining() >= 5 && in.getInt(in.position() + 1) <= in.remaining() - 5) {
      in.position(in.position() + 5 + in.getInt(in.position() + 1));
      end = in.position();
    }
    return Arrays.copyOf(envelopes, end);
  }

  private static byte[] before(Turn turn, double time) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (Chunk chunk : turn.chunks()) {
      if (chunk.at() < time) bytes.writeBytes(chunk.bytes().toByteArray());
    }
    return bytes.toByteArray();
  }

  private static int events(byte[] envelopes) {
    int events = 0;
    ByteBuffer in = ByteBuffer.wrap(envelopes);
    while (in.remaining() >= 5) {
      in.get();
      int length = in.getInt();
      if (length > in.remaining()) break;
      in.position(in.position() + length);
      events++;
    }
    return events;
  }

  private Answer exchange(Turn turn, Incoming sink) {
    try {
      HttpResponse<InputStream> response = sandbox.server().open(request(turn));
      boolean cut = receive(turn, response, sink);
      return new Answer(
          response.statusCode(),
          response.headers().firstValue("Content-Type").orElse(""),
          ByteString.copyFrom(sink.bytes.toByteArray()),
          cut);
    } catch (IOException e) {
      if (turn.status() == 0) return new Answer(0, "", ByteString.EMPTY, false); // as recorded
      throw new UncheckedIOException(turn.target(), e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    } finally {
      sink.end();
    }
  }

  /** Whether the server broke off, where it was recorded to. A client that left leaves here too. */
  private boolean receive(Turn turn, HttpResponse<InputStream> response, Incoming sink)
      throws IOException {
    int most = turn.isCutByClient() ? events(before(turn, Double.MAX_VALUE)) : 0;
    try (InputStream in = response.body()) {
      byte[] buffer = new byte[8192];
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        sink.add(buffer, count);
        learnPid(turn, sink);
        learnWatcher(turn, sink);
        sink.reveal();
        if (isAttaching(turn) && events(sink.bytes.toByteArray()) > 0) {
          Files.writeString(sandbox.home().resolve(ATTACHED), "");
        }
        if (turn.isCutByClient() && events(sink.bytes.toByteArray()) >= most) break;
      }
      return false;
    } catch (IOException e) {
      if (turn.isCutByServer()) return true;
      throw e;
    }
  }

  private static boolean isAttaching(Turn turn) {
    return turn.target().endsWith("/Connect");
  }

  private HttpRequest.Builder request(Turn turn) {
    HttpRequest.Builder request =
        sandbox
            .server()
            .edge(target(turn))
            .header("E2b-Sandbox-Id", sandbox.id())
            .header("E2b-Sandbox-Port", Integer.toString(Envd.PORT));
    for (String header : turn.headers()) {
      String[] pair = header.split(": ?", 2);
      if (pair[0].startsWith("E2b-Sandbox-")) continue;
      if (pair[0].equals("Origin")) pair[1] = "http://localhost:3000"; // others are refused here
      String token = String.valueOf(sandbox.token());
      request.header(pair[0], pair[1].equals(RECORDED_TOKEN) ? token : pair[1]);
    }
    byte[] body = translate(turn);
    boolean none = body.length == 0 && !turn.method().equals("POST");
    return request.method(
        turn.method(), none ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
  }

  private String target(Turn turn) {
    String home = sandbox.seen();
    return new Resigning(RECORDED_TOKEN, String.valueOf(sandbox.token()), RECORDED_HOME, home)
        .translate(turn.target())
        .replace("%2Fhome%2Fuser", home.replace("/", "%2F"))
        .replace("=" + RECORDED_HOME, "=" + home);
  }

  private byte[] translate(Turn turn) {
    boolean proto = turn.headers().stream().anyMatch(header -> header.endsWith("proto"));
    MethodDescriptor method = Meaning.method(turn.target());
    byte[] original = turn.body().toByteArray();
    if (turn.target().split("\\?", 2)[0].matches("/files(/compose)?"))
      return translate(original, null);
    if (turn.headers().contains("Content-Encoding: gzip")) return translateGzip(original);
    if (original.length == 0 || method == null) return original;
    boolean stream = turn.headers().stream().anyMatch(header -> header.contains("connect+"));
    if (!stream) return translate(original, proto ? method : null);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteBuffer in = ByteBuffer.wrap(original);
    while (in.remaining() >= 5) {
      byte flags = in.get();
      int length = in.getInt();
      if (length < 0 || length > in.remaining()) return original; // malformed on purpose
      byte[] payload = new byte[length];
      in.get(payload);
      byte[] translated = flags == 0 ? translate(payload, proto ? method : null) : payload;
      out.write(flags);
      out.writeBytes(ByteBuffer.allocate(4).putInt(translated.length).array());
      out.writeBytes(translated);
    }
    return in.hasRemaining() ? original : out.toByteArray();
  }

  private byte[] translateGzip(byte[] compressed) {
    try {
      return Gzip.compress(translate(Gzip.expand(compressed, Limits.MESSAGE_BYTES), null));
    } catch (RpcException e) {
      return compressed; // malformed on purpose
    }
  }

  /** Translates one message; a binary one on the way through JSON. */
  private byte[] translate(byte[] message, @Nullable MethodDescriptor proto) {
    if (proto == null) {
      return toActual(new String(message, ISO_8859_1)).getBytes(ISO_8859_1);
    }
    try {
      String text = toActual(Meaning.json(proto, true, message));
      DynamicMessage empty = DynamicMessage.getDefaultInstance(proto.getInputType());
      return ProtoJsonReader.read(text.getBytes(UTF_8), empty).toByteArray();
    } catch (IllegalArgumentException | ProtoJsonReader.MalformedException e) {
      return message; // malformed on purpose
    }
  }

  private String toActual(String text) {
    String home = sandbox.seen();
    String translated =
        text.replace(RECORDED_HOME, home).replace("%2Fhome%2Fuser", home.replace("/", "%2F"));
    if (attaches) {
      translated = WRITTEN_FOR_ATTACHED.matcher(translated).replaceAll(WAIT_FOR_ATTACHED + "$0");
    }
    for (Map.Entry<String, String> pid : recordedToActualPid.entrySet()) {
      translated =
          translated
              .replace("\"pid\":" + pid.getKey(), "\"pid\":" + pid.getValue())
              .replace("-- -" + pid.getKey(), "-- -" + pid.getValue());
    }
    for (Map.Entry<String, String> watcher : recordedToActualWatcher.entrySet()) {
      translated = translated.replace(watcher.getKey(), watcher.getValue());
    }
    return translated;
  }

  private void learnPid(Turn turn, Incoming sink) {
    if (turn.chunks().isEmpty() || !turn.target().endsWith("/Start")) return;
    String recorded = startedPid(turn, turn.chunks().get(0).bytes().toByteArray());
    String actual = startedPid(turn, sink.bytes.toByteArray());
    if (!recorded.isEmpty() && !actual.isEmpty()) recordedToActualPid.put(recorded, actual);
  }

  private void learnWatcher(Turn turn, Incoming sink) {
    if (turn.status() != 200 || !turn.target().endsWith("/CreateWatcher")) return;
    Matcher recorded = WATCHER.matcher(turn.chunks().get(0).bytes().toStringUtf8());
    Matcher actual = WATCHER.matcher(sink.content().toStringUtf8());
    if (recorded.find() && actual.find()) {
      recordedToActualWatcher.put(recorded.group(1), actual.group(1));
    }
  }

  private static String startedPid(Turn turn, byte[] bytes) {
    if (events(bytes) == 0) return "";
    int length = ByteBuffer.wrap(bytes, 1, 4).getInt();
    byte[] payload = new byte[length];
    System.arraycopy(bytes, 5, payload, 0, length);
    if ((bytes[0] & 1) != 0) payload = Gzip.expand(payload, length * 1024);
    String text =
        turn.contentType().contains("proto") && (bytes[0] & 2) == 0
            ? Meaning.json(Meaning.method(turn.target()), false, payload)
            : new String(payload, UTF_8);
    Matcher matcher = START.matcher(text);
    return matcher.find() ? matcher.group(1) : "";
  }

  /** An actual text in the words of the recording. */
  String toRecorded(String text) {
    String translated = text.replace(sandbox.seen(), RECORDED_HOME).replace(WAIT_FOR_ATTACHED, "");
    for (Map.Entry<String, String> pid : recordedToActualPid.entrySet()) {
      translated = translated.replaceAll("\\b" + pid.getValue() + "\\b", pid.getKey());
    }
    for (Map.Entry<String, String> watcher : recordedToActualWatcher.entrySet()) {
      translated = translated.replace(watcher.getValue(), watcher.getKey());
    }
    return translated;
  }
}
