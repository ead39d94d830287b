package dev.sandpiper.testkit.leaks;

import dev.sandpiper.Command;
import dev.sandpiper.Content;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.blaxel.BlaxelClient;
import dev.sandpiper.blaxel.BlaxelClientBuilder;
import dev.sandpiper.e2b.E2bClient;
import dev.sandpiper.e2b.E2bClientBuilder;
import dev.sandpiper.testkit.LocalSandboxes;
import dev.sandpiper.testkit.promises.Leftovers;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;

/** A platform, and the sandbox in which everything is opened. */
final class Place implements AutoCloseable {
  static final Command SLEEP = Command.of("sleep", "1000");

  /** Reads a pipe, and ends when {@link #letGo} opens it. */
  static final Command WAIT = Command.of("cat", "gate");

  /** More than one piece of a file that is read in pieces. */
  private static final int FILE_BYTES = 1_500_000;

  enum Platform {
    E2B,
    BLAXEL
  }

  private final Platform platform;
  private final Path output;
  private final LocalSandboxes local = LocalSandboxes.start();
  private final ConnectionPool connections = new ConnectionPool();
  private final SandboxClient client;
  private final Sandbox sandbox;
  private final Queue<String> left = new ConcurrentLinkedQueue<>();

  Place(Platform platform) throws IOException {
    this.platform = platform;
    output = Files.createTempDirectory(Path.of("/tmp"), "sandpiper-leaks-").toRealPath();
    client = newClient(Optional.of(new OkHttpClient.Builder().connectionPool(connections).build()));
    sandbox = client.create(SandboxSpec.standard().timeToLive(Duration.ofHours(1)));
    sandbox.exec("mkfifo", "gate").orThrow();
    sandbox.files().write("file", Content.of(new byte[FILE_BYTES]));
  }

  /** One whose connections are its own. */
  SandboxClient newClient() {
    return newClient(Optional.empty());
  }

  private SandboxClient newClient(Optional<OkHttpClient> okHttp) {
    if (platform == Platform.E2B) {
      E2bClientBuilder builder = E2bClient.builder().environment(local.e2bEnvironment());
      okHttp.ifPresent(builder::httpClient);
      return builder.build();
    }
    BlaxelClientBuilder builder = BlaxelClient.builder().environment(local.blaxelEnvironment());
    okHttp.ifPresent(builder::httpClient);
    return builder.outputDirectory(output.toString()).build();
  }

  /** Closes the connections that wait for the next request. */
  void closeIdleConnections() {
    connections.evictAll();
  }

  SandboxClient client() {
    return client;
  }

  Sandbox sandbox() {
    return sandbox;
  }

  Sandbox created() {
    return client.create(SandboxSpec.standard());
  }

  void killLater(String id) {
    left.add(id);
  }

  /** A file of which a part has been read. */
  InputStream readHalf() {
    InputStream stream = sandbox.files().read("file");
    try {
      if (stream.read() != 0) throw new AssertionError("the file holds zeros");
      return stream;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends what was let go of on purpose, and has the client do what it had put off. */
  void letGo() {
    for (String id = left.poll(); id != null; id = left.poll()) {
      client.kill(id);
    }
    sandbox.shell(": <>gate").orThrow();
  }

  /** The processes of all sandboxes, as this machine sees them. */
  Collection<String> processes() {
    return platform == Platform.E2B
        ? Leftovers.processesOf(sandbox.id())
        : Leftovers.processesAtHomeIn(sandbox.homeDirectory());
  }

  /** What the platform lists: sandboxes, processes, and the files that commands have left. */
  List<String> records() throws IOException {
    try (Stream<Path> files = Files.list(output)) {
      return Stream.of(
              client.list().stream().map(info -> "sandbox " + info.id()),
              sandbox.processes().list().stream().map(info -> "process " + info.ref()),
              sandbox.files().list(".", 3).stream().map(file -> "file " + file.path()),
              files.map(Path::getFileName).map(Path::toString).map(Place::ofProcess).distinct())
          .flatMap(each -> each)
          .toList();
    }
  }

  /** All files of one process begin with {@code sp-} and its nonce. */
  private static String ofProcess(String file) {
    return "files " + file.replaceFirst("\\..*", "");
  }

  @Override
  public void close() throws IOException {
    sandbox.close();
    client.close();
    closeIdleConnections();
    local.close();
    try (Stream<Path> files = Files.walk(output)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
