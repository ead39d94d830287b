package dev.sandpiper.blaxel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.CapturedOutput;
import dev.sandpiper.Command;
import dev.sandpiper.ExecResult;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.blaxel.server.Waits;
import dev.sandpiper.testing.CapturedLog;
import dev.sandpiper.testing.Patience;
import dev.sandpiper.wire.Json;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockResponseBody;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okhttp3.ConnectionPool;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okio.BufferedSink;
import okio.ByteString;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A sandbox's server that runs real processes on this machine and knows as much as the exact route
 * needs. What it says is what the recordings show. After each test nothing may be left of it, and
 * each fault that the test asked for must have been injected.
 */
final class RealProcesses implements BeforeEachCallback, AfterEachCallback {
  /**
   * The shell's own outputs are what the server logs; perl tells how it ended. Only the command has
   * the command's variables: perl stands for the server, which no sweep for them may find. Signals
   * are the command's own, whatever those ignore who started this build.
   */
  private static final String RUN =
      "use POSIX; $log = shift; $p = fork; if (!$p) { POSIX::setsid();"
          + " $SIG{$_} = 'DEFAULT' for qw(HUP INT QUIT);"
          + " while (($v = shift) ne '--') { $v =~ /(.*?)=(.*)/s; $ENV{$1} = $2 }"
          + " open(STDIN, '<', '/dev/null'); open(STDOUT, '>>', $log); open(STDERR, '>>', $log);"
          + " exec @ARGV; POSIX::_exit(127) } $| = 1; print \"$p\\n\"; waitpid($p, 0);"
          + " print(($? & 127) ? \"-1\\n\" : (($? >> 8) . \"\\n\"))";

  private final MockWebServer server = new MockWebServer();
  private final ConnectionPool connections = new ConnectionPool(64, 5, TimeUnit.MINUTES);
  private final Map<String, Running> processes = new ConcurrentHashMap<>();
  private final List<BlaxelClient> clients = new ArrayList<>();
  private final CountDownLatch over = new CountDownLatch(1);
  private final AtomicInteger watches = new AtomicInteger();
  private final AtomicInteger answering = new AtomicInteger();
  final Deque<String> requests = new ConcurrentLinkedDeque<>();
  private final List<Injection> injections = new CopyOnWriteArrayList<>();
  private volatile @Nullable Injection meddling;
  private volatile @Nullable Injection silence;
  private volatile @Nullable Injection upgrade;
  private volatile boolean frozen;
  Path directory = Path.of("/");
  Map<String, String> environment = Map.of();

  /** Answers in the server's place; null to leave it to the server. */
  @FunctionalInterface
  interface Meddler {
    @Nullable MockResponse answer(RecordedRequest request);
  }

  /** A fault that a test asked for, and how often it happened. */
  private static final class Injection {
    final String fault;
    final Meddler meddler;
    final AtomicInteger times = new AtomicInteger();

    Injection(String fault, Meddler meddler) {
      this.fault = fault;
      this.meddler = meddler;
    }

    boolean isMissing() {
      return times.get() == 0;
    }

    @Override
    public String toString() {
      return fault;
    }
  }

  private Injection plan(String fault, Meddler meddler) {
    Injection planned = new Injection(fault, meddler);
    injections.add(planned);
    return planned;
  }

  /** From now on answers in the server's place, in that of an earlier one too. */
  void meddle(String fault, Meddler meddler) {
    meddling = plan(fault, meddler);
  }

  /** From now on the server answers for itself. */
  void leaveInPeace() {
    meddling = null;
  }

  /** From now on nothing is answered, and what watches tell stops. */
  void freeze() {
    meddle(
        "a frozen server",
        request -> new MockResponse.Builder().onResponseStart(SocketEffect.Stall.INSTANCE).build());
    frozen = true;
  }

  /** From now on watches tell nothing. */
  void silenceWatches() {
    silence = plan("watches that tell nothing", request -> null);
  }

  /** From now on the server says that it was upgraded. */
  void sayThatItWasUpgraded() {
    upgrade = plan("a server that was upgraded", request -> null);
  }

  private @Nullable MockResponse meddled(RecordedRequest request) {
    Injection current = meddling;
    MockResponse answer = current == null ? null : current.meddler.answer(request);
    return answer != null && happens(current) ? answer : null;
  }

  /** Counts a fault where it happens. Returns whether there is one. */
  private static boolean happens(@Nullable Injection injection) {
    if (injection != null) {
      injection.times.incrementAndGet();
    }
    return injection != null;
  }

  private static final class Running {
    final String name;
    final String command;
    final Path out;
    volatile String pid = "";
    volatile String status = "running";
    volatile int exitCode;
    volatile boolean completed;
    final CountDownLatch ended = new CountDownLatch(1);

    Running(String name, String command, Path out) {
      this.name = name;
      this.command = command;
      this.out = out;
    }
  }

  @Override
  public void beforeEach(ExtensionContext context) throws Exception {
    CapturedLog.clear();
    directory = Files.createTempDirectory("sandpiper-exact").toRealPath();
    server.setDispatcher(new ByRoute());
    server.start();
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    try {
      if (context.getExecutionException().isEmpty()) {
        if (frozen) {
          clients.forEach(BlaxelClient::close); // what cleans up waits for answers, too
        }
        Patience.until(
            "no response is left open",
            () -> connections.connectionCount() == connections.idleConnectionCount());
        clients.forEach(BlaxelClient::close);
        Patience.untilNoThreadIsLeft();
        Patience.until("no process is left", () -> livingOnes().isEmpty());
        assertThat(injections)
            .as("faults that were never injected")
            .noneMatch(Injection::isMissing);
      }
    } finally {
      over.countDown();
      clients.forEach(BlaxelClient::close);
      connections.evictAll();
      stopWhatIsLeft(); // a request may wait for it
      Patience.until("no request is served", () -> watches.get() + answering.get() == 0);
      server.close();
      new ProcessBuilder("rm", "-rf", directory.toString()).start().waitFor();
    }
  }

  void stopWhatIsLeft() throws IOException, InterruptedException {
    for (String pid : livingOnes()) {
      new ProcessBuilder("kill", "-KILL", pid).start().waitFor();
    }
  }

  /** Everybody who has to do with our directory, and lives. */
  List<String> livingOnes() {
    List<String> found = new ArrayList<>();
    File[] all = Objects.requireNonNull(new File("/proc").listFiles());
    for (File each : all) {
      if (each.getName().matches("\\d+") && isOurs(each.toPath())) {
        found.add(each.getName());
      }
    }
    return found;
  }

  private boolean isOurs(Path proc) {
    try {
      String stat = Files.readString(proc.resolve("stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z'
          && Files.readString(proc.resolve("environ"), java.nio.charset.StandardCharsets.ISO_8859_1)
              .contains("SANDPIPER_TEST=" + directory + "\0");
    } catch (IOException | IndexOutOfBoundsException e) {
      return false;
    }
  }

  Path output() {
    return directory.resolve("out");
  }

  /** The files of commands. */
  List<String> files() {
    String[] names = output().toFile().list();
    return names == null ? List.of() : Stream.of(names).sorted().toList();
  }

  BlaxelClientBuilder builder() {
    return BlaxelClient.builder()
        .environment(Map.of())
        .apiKey(ScriptedBlaxel.KEY)
        .workspace("acme")
        .apiUrl("http://127.0.0.1:" + server.getPort() + "/v0")
        .outputDirectory(output().toString())
        .waits(Waits.ofAtMost(Duration.ofSeconds(2)))
        .httpClient(new OkHttpClient.Builder().connectionPool(connections).build());
  }

  BlaxelSandbox sandbox() {
    return sandbox(builder -> builder);
  }

  BlaxelSandbox sandbox(UnaryOperator<BlaxelClientBuilder> options) {
    BlaxelClient client = options.apply(builder()).build();
    clients.add(client);
    return client.connect("sbx-1");
  }

  private final class ByRoute extends Dispatcher {
    @Override
    public MockResponse dispatch(RecordedRequest request) {
      requests.add(request.getMethod() + " " + request.getTarget());
      answering.incrementAndGet();
      try {
        MockResponse meddled = meddled(request);
        return meddled == null ? answer(request) : meddled;
      } catch (Exception e) {
        return error(500, e.toString());
      } finally {
        answering.decrementAndGet();
      }
    }
  }

  /** Does what is asked, and throws the answer away. */
  void answerUnheard(RecordedRequest request) {
    try {
      answer(request);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** How many watches somebody reads, as far as writing to them has told. */
  int openWatches() {
    return watches.get();
  }

  private static MockResponse json(int status, String body) {
    return ScriptedBlaxel.json(status, body);
  }

  private static MockResponse error(int status, String text) {
    return json(status, Json.object().put("error", text).toString());
  }

  private MockResponse answer(RecordedRequest request) throws Exception {
    HttpUrl url = request.getUrl();
    String path = "/" + String.join("/", url.pathSegments());
    String method = request.getMethod();
    if (path.startsWith("/v0/sandboxes/")) {
      return json(
          200,
          """
          {"metadata":{"name":"sbx-1","workspace":"acme","url":"http://127.0.0.1:%d/sbx",
           "createdAt":"2026-11-20T10:00:00Z"},"spec":{"enabled":true,"runtime":{"image":"x",
           "memory":4096}},"status":"DEPLOYED","state":"RUNNING"}"""
              .formatted(server.getPort()));
    }
    if (path.equals("/sbx/process") && method.equals("POST")) {
      return start(ScriptedBlaxel.json(request));
    }
    if (path.equals("/sbx/health")) {
      return json(200, "{\"upgradeCount\":" + (happens(upgrade) ? 1 : 0) + "}");
    }
    if (path.equals("/sbx/process")) {
      return json(200, records().toString());
    }
    if (path.startsWith("/sbx/process/")) {
      return process(method, url.pathSegments());
    }
    if (path.startsWith("/sbx/filesystem/")) {
      return file(request, Path.of(path.substring("/sbx/filesystem/".length())));
    }
    if (path.startsWith("/sbx/watch/filesystem/")) {
      return watch(Path.of(path.substring("/sbx/watch/filesystem/".length())));
    }
    return error(404, "page not found");
  }

  private MockResponse start(JsonNode asked) throws Exception {
    String name = asked.path("name").asText();
    Running running =
        new Running(name, asked.path("command").asText(), directory.resolve(name + ".log"));
    List<String> supervised = new ArrayList<>(List.of("perl", "-e", RUN, running.out.toString()));
    asked
        .path("env")
        .properties()
        .forEach(each -> supervised.add(each.getKey() + "=" + each.getValue().asText()));
    supervised.addAll(List.of("--", "/bin/sh", "-c", running.command));
    ProcessBuilder builder = new ProcessBuilder(supervised);
    builder.environment().putAll(environment);
    builder.environment().put("SANDPIPER_TEST", directory.toString());
    builder.directory(new File(asked.path("workingDir").asText(directory.toString())));
    java.lang.Process process = builder.start();
    BufferedReader told =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    running.pid = Objects.requireNonNull(told.readLine());
    processes.put(name, running);
    Thread waiting =
        new Thread(
            () -> {
              try {
                String code = told.readLine(); // null once a test has killed the starter, too
                running.exitCode = code == null ? -1 : Integer.parseInt(code);
                process.waitFor();
              } catch (IOException | InterruptedException e) {
                running.exitCode = -1;
              }
              if (running.status.equals("running")) {
                running.status = running.exitCode == 0 ? "completed" : "failed";
              }
              running.completed = true;
              running.ended.countDown();
            },
            "server-process");
    waiting.setDaemon(true);
    waiting.start();
    int limit = asked.path("timeout").asInt(0);
    if (asked.path("waitForCompletion").asBoolean()
        && !running.ended.await(limit == 0 ? Integer.MAX_VALUE : limit, TimeUnit.SECONDS)) {
      return error(422, "process timed out after " + limit + " seconds");
    }
    return json(200, record(running).toString());
  }

  private static ObjectNode record(Running running) throws IOException {
    String logs = Files.exists(running.out) ? Files.readString(running.out) : "";
    ObjectNode record =
        Json.object()
            .put("pid", running.pid)
            .put("name", running.name)
            .put("command", running.command)
            .put("status", running.status)
            .put("startedAt", "Fri, 20 Nov 2026 17:33:43 GMT")
            .put("completedAt", running.completed ? "Fri, 20 Nov 2026 17:33:44 GMT" : "")
            .put("exitCode", running.exitCode)
            .put("stdout", logs)
            .put("stderr", "")
            .put("logs", logs);
    return record;
  }

  /** What is told of a process. */
  ObjectNode recordOf(String name) {
    try {
      return record(Objects.requireNonNull(processes.get(name)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What is told of all processes. */
  List<ObjectNode> records() {
    return processes.keySet().stream().map(this::recordOf).toList();
  }

  private MockResponse process(String method, List<String> segments) throws Exception {
    Running running = processes.get(segments.get(2));
    if (running == null) {
      return error(404, "process not found");
    }
    if (method.equals("GET")) {
      return json(200, record(running).toString());
    }
    boolean kill = segments.size() > 3;
    running.status = kill ? "killed" : "stopped";
    new ProcessBuilder("kill", kill ? "-KILL" : "-TERM", "--", "-" + running.pid).start().waitFor();
    return json(200, "{\"message\":\"done\"}");
  }

  private static MockResponse file(RecordedRequest request, Path path) throws Exception {
    try {
      return switch (request.getMethod()) {
        case "GET" ->
            Files.isDirectory(path)
                ? list(path)
                : String.valueOf(request.getHeaders().get("Accept")).contains("json")
                    ? described(path)
                    : read(request, path);
        case "PUT" -> write(request, path);
        default -> {
          Files.delete(path);
          yield json(200, "{\"message\":\"File deleted successfully\"}");
        }
      };
    } catch (NoSuchFileException e) {
      return error(404, "stat " + path + ": no such file or directory");
    }
  }

  private static MockResponse described(Path path) throws IOException {
    if (!Files.exists(path)) {
      throw new NoSuchFileException(path.toString());
    }
    return json(200, Json.object().put("path", path.toString()).put("content", "").toString());
  }

  private static MockResponse list(Path path) throws IOException {
    ObjectNode listing = Json.object().put("path", path.toString());
    var files = listing.putArray("files");
    try (Stream<Path> all = Files.list(path)) {
      for (Path each : all.toList()) {
        BasicFileAttributes stat = Files.readAttributes(each, BasicFileAttributes.class);
        files
            .addObject()
            .put("name", each.getFileName().toString())
            .put("size", stat.isRegularFile() ? stat.size() : 0);
      }
    } catch (NoSuchFileException | UncheckedIOException e) {
      return error(422, "lstat: no such file or directory");
    }
    listing.putArray("subdirectories");
    return json(200, listing.toString());
  }

  private static MockResponse read(RecordedRequest request, Path path) throws IOException {
    String[] range =
        Objects.requireNonNull(request.getHeaders().get("Range")).substring(6).split("-", 2);
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
      long size = file.length();
      long from = Long.parseLong(range[0]);
      MockResponse.Builder response =
          new MockResponse.Builder().addHeader("Content-Disposition", "attachment");
      if (size == 0) {
        return response.code(200).build();
      }
      if (from >= size) {
        return response.code(416).addHeader("Content-Range", "bytes */" + size).build();
      }
      long to = Math.min(size - 1, Long.parseLong(range[1]));
      byte[] bytes = new byte[(int) (to - from + 1)];
      file.seek(from);
      file.readFully(bytes);
      return response
          .code(206)
          .addHeader("Content-Range", "bytes " + from + "-" + to + "/" + size)
          .body(new okio.Buffer().write(bytes))
          .build();
    } catch (java.io.FileNotFoundException e) {
      throw new NoSuchFileException(path.toString());
    }
  }

  private static MockResponse write(RecordedRequest request, Path path) throws Exception {
    byte[] body = ScriptedBlaxel.bytes(request);
    String type = String.valueOf(request.getHeaders().get("Content-Type"));
    if (type.startsWith("multipart/")) {
      ByteString whole = ByteString.of(body);
      int begin = whole.indexOf(ByteString.encodeUtf8("\r\n\r\n")) + 4;
      int end = whole.lastIndexOf(ByteString.encodeUtf8("\r\n--"));
      body = whole.substring(begin, end).toByteArray();
    } else {
      body = Json.parse(body).path("content").asText().getBytes(UTF_8);
    }
    try (var target = new java.io.FileOutputStream(path.toFile())) {
      target.write(body);
    }
    return json(200, "{\"message\":\"written\"}");
  }

  private MockResponse watch(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      return error(400, "path is not a directory");
    }
    WatchService service = FileSystems.getDefault().newWatchService();
    path.register(
        service,
        StandardWatchEventKinds.ENTRY_CREATE,
        StandardWatchEventKinds.ENTRY_MODIFY,
        StandardWatchEventKinds.ENTRY_DELETE);
    return new MockResponse.Builder()
        .addHeader("Content-Type", "text/plain; charset=utf-8")
        .body(new Events(service))
        .build();
  }

  /** The events of a directory, until nobody reads them. */
  private final class Events implements MockResponseBody {
    private final WatchService service;

    Events(WatchService service) {
      this.service = service;
    }

    @Override
    public long getContentLength() {
      return -1;
    }

    @Override
    public void writeTo(BufferedSink sink) throws IOException {
      watches.incrementAndGet();
      try (service) {
        while (over.getCount() > 0) {
          WatchKey key = service.poll(200, TimeUnit.MILLISECONDS);
          if (frozen) {
            over.await();
          }
          if (key == null) {
            sink.writeUtf8("[keepalive]\n").flush(); // how a server notices that nobody reads
            continue;
          }
          for (WatchEvent<?> event : key.pollEvents()) {
            if (!happens(silence)) {
              sink.writeUtf8(line(event));
            }
          }
          sink.flush();
          key.reset();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        watches.decrementAndGet();
      }
    }

    private String line(WatchEvent<?> event) {
      String op =
          event.kind() == StandardWatchEventKinds.ENTRY_CREATE
              ? "CREATE"
              : event.kind() == StandardWatchEventKinds.ENTRY_DELETE ? "REMOVE" : "WRITE";
      return "{\"op\":\"%s\",\"name\":\"%s\",\"path\":\"x\",\"error\":null}\n"
          .formatted(op, event.context());
    }
  }

  /** Runs a script whose output goes by files from its first byte on. */
  static ExecResult byFiles(BlaxelSandbox sandbox, String script) {
    Map<Channel, ByteArrayOutputStream> written = new EnumMap<>(Channel.class);
    Set<Channel> incomplete = EnumSet.noneOf(Channel.class);
    ExitStatus exit = new ExitStatus.Unreported("no end");
    try (dev.sandpiper.Process process = sandbox.processes().start(Command.shell(script))) {
      for (ProcessEvent event : process.events()) {
        if (event instanceof ProcessEvent.Output output) {
          written
              .computeIfAbsent(output.channel(), channel -> new ByteArrayOutputStream())
              .writeBytes(output.toByteArray());
        } else if (event instanceof ProcessEvent.OutputGap gap) {
          incomplete.add(gap.channel());
        } else if (event instanceof ProcessEvent.Ended ended) {
          exit = ended.status();
        }
      }
    }
    List<CapturedOutput> outputs = new ArrayList<>();
    for (Channel channel : List.of(Channel.STDOUT, Channel.STDERR)) {
      byte[] bytes = written.getOrDefault(channel, new ByteArrayOutputStream()).toByteArray();
      outputs.add(
          incomplete.contains(channel)
              ? CapturedOutput.incomplete(bytes, new byte[0], bytes.length)
              : CapturedOutput.complete(bytes));
    }
    return new ExecResult("shell", exit, outputs.get(0), outputs.get(1), Duration.ZERO);
  }

  /** Nothing of commands is left, once the sandbox is let go. */
  void assertClean() {
    assertThat(files()).isEmpty();
  }
}
