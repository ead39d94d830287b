package dev.sandpiper.testkit.e2b;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.testkit.machine.DirectoryWatches;
import dev.sandpiper.testkit.machine.DirectoryWatches.Depth;
import dev.sandpiper.testkit.machine.ExactPath;
import dev.sandpiper.testkit.machine.FileChange;
import dev.sandpiper.testkit.machine.Inotify;
import dev.sandpiper.testkit.machine.ServiceWatches;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What the recorded watches do not show. */
class WatchTest {
  private static final String WATCH = "/filesystem.Filesystem/WatchDir";
  private static final String LOST = "watcher error: fsnotify: queue or buffer overflow";

  @RegisterExtension final LocalServer server = new LocalServer();
  @TempDir Path directory;

  /** Listens, and keeps what it hears as {@code CREATE name}. */
  private static final class Heard implements FileChange.Listener {
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    @Override
    public void changed(FileChange change) {
      lines.add(change.type().name().substring("EVENT_TYPE_".length()) + " " + change.name());
    }

    @Override
    public void lost(String reason) {
      lines.add("LOST " + reason);
    }

    /** Everything up to a line, which has to come. */
    List<String> upTo(String last) throws InterruptedException {
      List<String> heard = new ArrayList<>();
      while (!heard.contains(last)) {
        String line = lines.poll(10, TimeUnit.SECONDS);
        assertThat(line).as("after %s, waiting for %s", heard, last).isNotNull();
        heard.add(String.valueOf(line));
      }
      return heard;
    }
  }

  private static Inotify inotify() {
    Inotify inotify = Inotify.start("test");
    Assumptions.assumeTrue(inotify != null, "needs Linux and perl");
    if (inotify == null) throw new IllegalStateException();
    return inotify;
  }

  private static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("time to wait for " + what).isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  private static long descriptors(long pid) {
    try (Stream<Path> open = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      return open.count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void tenThousandWatchesLeaveNothing() throws Exception {
    long own = descriptors(ProcessHandle.current().pid());
    int threads = LocalServer.threads().size();
    Heard heard = new Heard();
    try (Inotify inotify = inotify()) {
      inotify.open(directory, Depth.TREE, heard).close();
      long before = descriptors(inotify.pid());
      for (int i = 0; i < 10_000; i++) inotify.open(directory, Depth.TREE, heard).close();
      assertThat(descriptors(inotify.pid())).isEqualTo(before);
    }
    assertThat(LocalServer.threads()).hasSize(threads);
    assertThat(descriptors(ProcessHandle.current().pid())).isLessThanOrEqualTo(own);
    assertThat(heard.lines).isEmpty();
  }

  @Test
  void aClientThatLeavesTakesItsWatchAlong() throws Exception {
    TestSandbox sandbox = server.create();
    try (EventStream stream = sandbox.stream(WATCH, "{}")) {
      assertThat(stream.next()).isEqualTo("{\"start\":{}}");
    }
    long perl = watchingPerl();
    long idle = descriptors(perl);
    List<EventStream> streams = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      EventStream stream = sandbox.stream(WATCH, "{}");
      assertThat(stream.next()).isEqualTo("{\"start\":{}}");
      streams.add(stream);
    }
    assertThat(descriptors(perl)).isGreaterThanOrEqualTo(idle + 19);
    for (EventStream stream : streams) stream.close();
    await("the watches to go", () -> descriptors(perl) <= idle);
  }

  /** The child of this JVM that holds inotify descriptors. */
  private static long watchingPerl() {
    return ProcessHandle.current()
        .children()
        .map(ProcessHandle::pid)
        .filter(WatchTest::holdsInotify)
        .findFirst()
        .orElseThrow();
  }

  private static boolean holdsInotify(long pid) {
    try (Stream<Path> open = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      for (Path descriptor : open.toList()) {
        if (Files.readSymbolicLink(descriptor).toString().contains("inotify")) return true;
      }
      return false;
    } catch (IOException e) {
      return false; // ended in between
    }
  }

  /** The helper is stopped, as on a busy machine: the kernel has told it, and it told nobody. */
  @Test
  void aPollTellsWhatHadHappenedBefore() throws Exception {
    TestSandbox sandbox = server.create();
    String created = sandbox.call("/filesystem.Filesystem/CreateWatcher", "{}").toString();
    long perl = watchingPerl();
    signal(perl, "STOP");
    Files.createFile(sandbox.home().resolve("new"));
    CompletableFuture<String> answer =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return sandbox.call("/filesystem.Filesystem/GetWatcherEvents", created).toString();
              } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
              }
            });
    assertThatThrownBy(() -> answer.get(300, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
    signal(perl, "CONT");
    assertThat(answer.get(10, TimeUnit.SECONDS)).contains("\"name\":\"new\"");
  }

  @Test
  void noPollRightAfterAWriteMissesIt() throws Exception {
    TestSandbox sandbox = server.create();
    String created = sandbox.call("/filesystem.Filesystem/CreateWatcher", "{}").toString();
    for (int i = 0; i < 200; i++) {
      Files.createFile(sandbox.home().resolve("f" + i));
      assertThat(sandbox.call("/filesystem.Filesystem/GetWatcherEvents", created).toString())
          .contains("\"name\":\"f" + i + "\"");
    }
  }

  /** The helper is stopped, so that the kernel's queue fills up, as under a heavy load. */
  @Test
  void aWatchThatOverflowsSaysSoAndEnds() throws Exception {
    TestSandbox sandbox = server.create();
    String id =
        sandbox.call("/filesystem.Filesystem/CreateWatcher", "{}").path("watcherId").asText();
    try (EventStream stream = sandbox.stream(WATCH, "{}")) {
      assertThat(stream.next()).isEqualTo("{\"start\":{}}");
      long perl = watchingPerl();
      signal(perl, "STOP");
      int enough = kernelsQueue() / 2 + 500;
      for (int i = 0; i < enough; i++) {
        Files.createFile(sandbox.home().resolve("f" + i));
        Files.delete(sandbox.home().resolve("f" + i));
      }
      signal(perl, "CONT");
      String line = stream.next();
      while (!line.startsWith("last ")) line = stream.next();
      assertThat(line)
          .isEqualTo("last {\"error\":{\"code\":\"internal\",\"message\":\"" + LOST + "\"}}");
    }
    String poll = "{\"watcherId\":\"" + id + "\"}";
    await(
        "the watcher to be lost",
        () -> {
          try {
            return sandbox
                .post("/filesystem.Filesystem/GetWatcherEvents", poll)
                .body()
                .contains(LOST);
          } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
          }
        });
    sandbox.call("/filesystem.Filesystem/RemoveWatcher", poll);
  }

  private static int kernelsQueue() throws IOException {
    Path limit = Path.of("/proc/sys/fs/inotify/max_queued_events");
    byte[] text = new byte[32]; // the kernel gives such a file in one piece or not at all
    int length;
    try (InputStream in = Files.newInputStream(limit)) {
      length = in.read(text);
    }
    int events = Integer.parseInt(new String(text, 0, length, US_ASCII).trim());
    Assumptions.assumeTrue(events <= 100_000, "filling the queue would take too long");
    return events;
  }

  private static void signal(long pid, String signal) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(pid)).start();
    assertThat(kill.waitFor()).isZero();
  }

  @Test
  void eventsCarryTheEntryIfAskedFor() throws Exception {
    TestSandbox sandbox = server.create();
    try (EventStream stream = sandbox.stream(WATCH, "{\"includeEntry\":true}")) {
      stream.next();
      Files.createDirectory(sandbox.home().resolve("new"));
      JsonNode event = LocalServer.json.readTree(stream.next()).path("filesystem");
      assertThat(event.path("name").asText()).isEqualTo("new");
      assertThat(event.at("/entry/type").asText()).isEqualTo("FILE_TYPE_DIRECTORY");
      assertThat(event.at("/entry/path").asText()).isEqualTo(sandbox.seen() + "/new");
    }
  }

  @Test
  void aTreeIsFollowedWhereItMoves() throws Exception {
    Files.createDirectories(directory.resolve("a/b"));
    Heard heard = new Heard();
    try (Inotify inotify = inotify()) {
      DirectoryWatches.Watch watch = inotify.open(directory, Depth.TREE, heard);
      Files.move(directory.resolve("a"), directory.resolve("z"));
      assertThat(heard.upTo("CREATE z")).containsExactly("RENAME a", "CREATE z");
      Files.createDirectory(directory.resolve("z/b/c"));
      assertThat(heard.upTo("CREATE z/b/c")).containsExactly("CREATE z/b/c");
      watch.close();
    }
  }

  @Test
  void whatComesWithAFolderIsTold() throws Exception {
    Path watched = Files.createDirectory(directory.resolve("watched"));
    Files.createDirectories(directory.resolve("from/x"));
    Files.writeString(directory.resolve("from/x/f"), "");
    Heard heard = new Heard();
    try (Inotify inotify = inotify()) {
      DirectoryWatches.Watch watch = inotify.open(watched, Depth.TREE, heard);
      Files.move(directory.resolve("from"), watched.resolve("to"));
      assertThat(heard.upTo("CREATE to/x/f"))
          .containsExactly("CREATE to", "CREATE to/x", "CREATE to/x/f");
      watch.close();
    }
  }

  @Test
  void namesAreTheirBytes() throws Exception {
    Heard heard = new Heard();
    try (Inotify inotify = inotify()) {
      DirectoryWatches.Watch watch = inotify.open(directory, Depth.DIRECTORY, heard);
      Path odd = ExactPath.of(ExactPath.text(directory) + "/caf\udce9 grüß \n€");
      Files.createFile(odd);
      String line = "CREATE caf\udce9 grüß \n€";
      assertThat(heard.upTo(line)).containsExactly(line);
      watch.close();
    }
  }

  /** Where there is no perl. */
  @Test
  void javasOwnServiceTellsTheSameAsFarAsItCan() throws Exception {
    Heard heard = new Heard();
    try (ServiceWatches service = new ServiceWatches("test")) {
      DirectoryWatches.Watch watch = service.open(directory, Depth.TREE, heard);
      Path a = Files.createFile(directory.resolve("a"));
      heard.upTo("CREATE a");
      Files.writeString(a, "one");
      heard.upTo("WRITE a");
      // One that is seen together with the write is told as a part of it.
      await(
          "a change of the mode alone",
          () ->
              a.toFile().setExecutable(!a.toFile().canExecute())
                  && heard.lines.contains("CHMOD a"));
      heard.upTo("CHMOD a");
      Files.createDirectories(directory.resolve("d/e"));
      heard.upTo("CREATE d/e");
      Files.delete(directory.resolve("d/e"));
      heard.upTo("REMOVE d/e");
      watch.close();
      Files.delete(a);
      assertThat(LocalServer.threads()).noneMatch(name -> name.contains("watch-test"));
      assertThat(heard.lines).noneMatch(line -> line.equals("REMOVE a"));
    }
  }
}
