package dev.sandpiper.blaxel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.CapturedOutput;
import dev.sandpiper.Command;
import dev.sandpiper.ExecResult;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.blaxel.server.Waits;
import dev.sandpiper.testing.CapturedLog;
import dev.sandpiper.testing.Patience;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okhttp3.ConnectionPool;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
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
  private final MockWebServer server = new MockWebServer();
  private final ConnectionPool connections = new ConnectionPool(64, 5, TimeUnit.MINUTES);
  final ServedProcesses processes = new ServedProcesses();
  private final ServedWatches watches = new ServedWatches(() -> happens(this.silence));
  private final List<BlaxelClient> clients = new ArrayList<>();
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
    watches.freeze();
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
      watches.end();
      clients.forEach(BlaxelClient::close);
      connections.evictAll();
      stopWhatIsLeft(); // a request may wait for it
      Patience.until("no request is served", () -> watches.open() + answering.get() == 0);
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
        return ScriptedBlaxel.error(500, e.toString());
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
    return watches.open();
  }

  private MockResponse answer(RecordedRequest request) throws Exception {
    HttpUrl url = request.getUrl();
    String path = "/" + String.join("/", url.pathSegments());
    String method = request.getMethod();
    if (path.startsWith("/v0/sandboxes/")) {
      return ScriptedBlaxel.json(
          200,
          """
          {"metadata":{"name":"sbx-1","workspace":"acme","url":"http://127.0.0.1:%d/sbx",
           "createdAt":"2026-11-20T10:00:00Z"},"spec":{"enabled":true,"runtime":{"image":"x",
           "memory":4096}},"status":"DEPLOYED","state":"RUNNING"}"""
              .formatted(server.getPort()));
    }
    if (path.equals("/sbx/process") && method.equals("POST")) {
      return processes.start(ScriptedBlaxel.json(request), directory, environment);
    }
    if (path.equals("/sbx/health")) {
      return ScriptedBlaxel.json(200, "{\"upgradeCount\":" + (happens(upgrade) ? 1 : 0) + "}");
    }
    if (path.equals("/sbx/process")) {
      return ScriptedBlaxel.json(200, processes.records().toString());
    }
    if (path.startsWith("/sbx/process/")) {
      return processes.answer(method, url.pathSegments());
    }
    if (path.startsWith("/sbx/filesystem/")) {
      return ServedFiles.answer(request, Path.of(path.substring("/sbx/filesystem/".length())));
    }
    if (path.startsWith("/sbx/watch/filesystem/")) {
      return watches.watch(Path.of(path.substring("/sbx/watch/filesystem/".length())));
    }
    return ScriptedBlaxel.error(404, "page not found");
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
