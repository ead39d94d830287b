package dev.sandpiper.blaxel.process;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.blaxel.ScriptedBlaxel;
import dev.sandpiper.engine.BackgroundThreads;
import dev.sandpiper.engine.ByteOffsets;
import dev.sandpiper.http.ClientResources;
import dev.sandpiper.http.Limits;
import dev.sandpiper.http.ManualTime;
import dev.sandpiper.http.Protocols;
import dev.sandpiper.testing.Patience;
import dev.sandpiper.wire.Json;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockResponseBody;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okio.BufferedSink;
import okio.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Leases of several readers on the files of one directory, which this holds in memory. */
class HeartbeatTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final MockWebServer server = new MockWebServer();
  private final ClientResources resources =
      new ClientResources(null, null, Limits.standard(), Protocols.standard());
  private final Map<String, String> files = new ConcurrentSkipListMap<>();
  private final Map<String, AtomicInteger> writes = new ConcurrentHashMap<>();
  private final AtomicInteger watches = new AtomicInteger();
  private final CountDownLatch watched = new CountDownLatch(1);
  private final Executor apart = task -> new Thread(task, "sandpiper-watch").start();

  /** A client with a clock of its own. */
  private final class Client {
    final ManualTime time = new ManualTime();
    final BackgroundThreads threads =
        new BackgroundThreads(time, time, Runnable::run, Runnable::run);
    final OutputDirectory directory =
        new OutputDirectory(resources.transport(), server.url("/"), "/tmp/out");
    final FinishedProcesses finished =
        new FinishedProcesses(
            new ProcessApi(resources.transport(), server.url("/"), threads.scope()), "/tmp/out");
    final DirectoryWatch watch =
        new DirectoryWatch(directory, new BackgroundThreads(time, time, apart, apart));
    final Heartbeat heartbeat = new Heartbeat(directory, watch, finished, threads);

    Lease lease(String id, boolean isStarter) {
      ProcessFiles process = new ProcessFiles(id, directory);
      process.list(threads.scope());
      Lease lease = new Lease(process, heartbeat, threads, isStarter, ByteOffsets.BEGINNING);
      lease.begin();
      return lease;
    }

    /** As its wrapper leaves it. */
    Lease started(String id) {
      files.put(id + ".p.1.2.3", "");
      files.put(id + ".c", heartbeat.starter() + " 0 0\n");
      return lease(id, true);
    }

    String beats() {
      return heartbeat.starter().replace(".0", ".r");
    }
  }

  @BeforeEach
  void start() throws Exception {
    server.setDispatcher(
        new Dispatcher() {
          @Override
          public MockResponse dispatch(RecordedRequest request) {
            return answer(request);
          }
        });
    server.start();
  }

  @AfterEach
  void nothingIsLeft() {
    watched.countDown();
    resources.close();
    server.close();
    Patience.untilNoThreadIsLeft();
  }

  private MockResponse answer(RecordedRequest request) {
    String name = request.getTarget().replace("%2F", "/").replaceFirst(".*/out/?", "");
    if (request.getMethod().equals("PUT")) {
      writes.computeIfAbsent(name, key -> new AtomicInteger()).incrementAndGet();
      ByteString body = requireNonNull(request.getBody());
      files.put(name, text(body));
      return ScriptedBlaxel.json(200, "{}");
    }
    if (request.getTarget().contains("/watch/")) {
      watches.incrementAndGet();
      return new MockResponse.Builder().body(new OneEvent()).build();
    }
    if (name.isEmpty()) {
      String all = String.join(",", files.keySet().stream().map(HeartbeatTest::file).toList());
      return ScriptedBlaxel.json(200, "{\"files\":[" + all + "]}");
    }
    String text = files.get(name);
    if (text == null) {
      return ScriptedBlaxel.json(404, "{\"error\":\"file not found\"}");
    }
    int last = text.length() - 1;
    return new MockResponse.Builder()
        .code(206)
        .addHeader("Content-Range", "bytes 0-" + last + "/" + text.length())
        .body(text)
        .build();
  }

  /** A watch that sees one event, and nothing after it. */
  private final class OneEvent implements MockResponseBody {
    @Override
    public long getContentLength() {
      return -1;
    }

    @Override
    public void writeTo(BufferedSink sink) throws IOException {
      sink.writeUtf8("{\"op\":\"WRITE\",\"name\":\"other\"}\n").flush();
      try {
        watched.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static String text(ByteString body) {
    try {
      return Json.parse(body.toByteArray()).path("content").asText();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String file(String name) {
    return "{\"name\":\"" + name + "\",\"size\":0}";
  }

  @Test
  void oneFileRenewsAllLeasesOfAClient() {
    Client client = new Client();
    client.started("sp-1");
    client.started("sp-2");
    client.time.advance(MINUTE);
    writes.clear();

    client.time.advance(MINUTE);

    assertThat(writes).containsOnlyKeys(client.beats());
    assertThat(files.get("sp-1.c")).isEqualTo(client.heartbeat.starter() + " 0 0\n");
  }

  @Test
  void theHeartbeatEndsWithTheLastLeaseAndItsFileGoesWithTheRest() {
    Client client = new Client();
    Lease first = client.started("sp-1");
    Lease second = client.started("sp-2");
    client.time.advance(MINUTE);
    first.end(() -> {}, client.threads.scope());
    assertThat(client.finished.take()).isEmpty();
    second.end(() -> {}, client.threads.scope());
    writes.clear();

    client.time.advance(MINUTE);

    assertThat(writes).isEmpty();
    assertThat(client.finished.take()).containsExactly(client.beats().replace(".r", ""));
    assertThat(client.time.isIdle()).isTrue();
  }

  @Test
  void aWatchThatSeesNoHeartbeatIsOpenedAgain() {
    Client client = new Client();
    client.started("sp-1");
    ChangeNotifier notifier = new ChangeNotifier(client.time);
    client.watch.add("sp-1", notifier);
    Patience.until(
        "the watch has seen an event",
        () -> {
          client.time.advance(Duration.ofMillis(20));
          return client.watch.isArmed();
        });
    assertThat(watches).hasValue(1);

    Patience.until(
        "it is opened again",
        () -> {
          client.time.advance(Duration.ofSeconds(1));
          return watches.get() > 1;
        });

    assertThat(writes).containsKey(client.beats());
    client.watch.remove(notifier);
  }

  @Test
  void anotherReaderTakesALeaseOverOnlyOnceItsHolderIsSilent() {
    Client holder = new Client();
    Client other = new Client();
    Lease held = holder.started("sp-1");
    Lease along = other.lease("sp-1", false);
    for (int second = 0; second < 120; second++) {
      holder.time.advance(Duration.ofSeconds(1));
      other.time.advance(Duration.ofSeconds(1));
    }
    assertThat(held.isHeldThere()).isTrue();
    assertThat(along.isHeldThere()).isFalse();
    assertThat(along.lossReason(false)).contains("another reader holds the lease");

    other.time.advance(MINUTE); // which the holder has slept

    assertThat(along.isHeldThere()).isTrue();
    assertThat(files.get("sp-1.c"))
        .endsWith(".1 0 0\n")
        .startsWith(other.beats().replace(".r", ""));
  }

  @Test
  void whoWasOutOfReachLooksWhetherItsLeaseIsAnothersNow() {
    Client holder = new Client();
    Lease held = holder.started("sp-1");
    holder.time.advance(MINUTE);
    files.put("sp-1.c", "sp-other.1 5 5\n");
    String listing = files.remove("sp-1.p.1.2.3");
    assertThat(listing).isNotNull();
    server.setDispatcher(
        new Dispatcher() {
          @Override
          public MockResponse dispatch(RecordedRequest request) {
            return ScriptedBlaxel.json(503, "{\"error\":\"away\"}");
          }
        });
    holder.time.advance(MINUTE);
    assertThat(held.lossReason(false)).contains("unreachable");
    server.setDispatcher(
        new Dispatcher() {
          @Override
          public MockResponse dispatch(RecordedRequest request) {
            return answer(request);
          }
        });

    holder.time.advance(Duration.ofSeconds(15));

    assertThat(held.isHeldThere()).isFalse();
    assertThat(files.get("sp-1.c")).isEqualTo("sp-other.1 5 5\n");
  }
}
