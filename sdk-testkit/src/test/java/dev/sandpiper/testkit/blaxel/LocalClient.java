package dev.sandpiper.testkit.blaxel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.SandboxSpec;
import dev.sandpiper.blaxel.BlaxelClient;
import dev.sandpiper.blaxel.BlaxelClientBuilder;
import dev.sandpiper.blaxel.BlaxelSandbox;
import dev.sandpiper.testkit.BlaxelFault;
import dev.sandpiper.testkit.blaxel.process.Limits;
import dev.sandpiper.testkit.http.Listening;
import dev.sandpiper.testkit.machine.ProcessFamily;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The embedded server and our own client, with a directory of each test's own for the output of
 * commands. After the test nothing may be left: no process, no thread, and no file.
 */
final class LocalClient implements BeforeEachCallback, AfterEachCallback {
  private final Set<BlaxelFault> faults;
  private final List<BlaxelClient> clients = new ArrayList<>();
  private final List<BlaxelSandbox> sandboxes = new ArrayList<>();
  private @Nullable BlaxelServer server;
  private Path directory = Path.of("/");

  LocalClient(BlaxelFault... faults) {
    this.faults = faults.length == 0 ? Set.of() : EnumSet.copyOf(List.of(faults));
  }

  @Override
  public void beforeEach(ExtensionContext context) throws IOException {
    directory = Files.createTempDirectory(Path.of("/tmp"), "sandpiper-output-").toRealPath();
    BlaxelOptions options = BlaxelOptions.with(faults);
    server = BlaxelServer.start(options, Limits.REAL, Listening.inTheClear());
  }

  private BlaxelServer server() {
    if (server == null) throw new IllegalStateException("no test runs");
    return server;
  }

  BlaxelClient client() {
    return opened(builder());
  }

  /** By what another JVM finds the server. */
  Map<String, String> environment() {
    return server().environment();
  }

  BlaxelClientBuilder builder() {
    return BlaxelClient.builder()
        .environment(server().environment())
        .outputDirectory(output().toString());
  }

  /** A client that is closed after the test. */
  BlaxelClient opened(BlaxelClientBuilder builder) {
    BlaxelClient client = builder.build();
    clients.add(client);
    return client;
  }

  /** A sandbox that is killed after the test. */
  BlaxelSandbox sandbox() {
    BlaxelSandbox sandbox = client().create(SandboxSpec.standard());
    sandboxes.add(sandbox);
    return sandbox;
  }

  /** The same sandbox by another client, in the place of another JVM. */
  BlaxelSandbox again(BlaxelSandbox sandbox) {
    return client().connect(sandbox.id());
  }

  /** Every process of a sandbox. Its address ends with the key that its processes carry. */
  List<ProcessHandle> processes(BlaxelSandbox sandbox) {
    String[] address = sandbox.endpoint(1).uri().getPath().split("/", -1);
    return new ProcessFamily("SANDPIPER_SANDBOX_ID", address[address.length - 3], List::of)
        .handles();
  }

  Path directory() {
    return directory;
  }

  /** Where the output of commands lies. */
  Path output() {
    return directory.resolve("out");
  }

  /** What commands have left. */
  List<String> files() throws IOException {
    if (!Files.exists(output())) return List.of();
    try (Stream<Path> files = Files.list(output())) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    try {
      sandboxes.forEach(BlaxelSandbox::close);
      clients.forEach(BlaxelClient::close);
    } finally {
      server().close();
      new ProcessBuilder("rm", "-rf", directory.toString()).start().waitFor();
    }
    for (BlaxelSandbox sandbox : sandboxes) {
      assertThat(processes(sandbox)).isEmpty();
    }
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!ourThreads().isEmpty() && System.nanoTime() < end) {
      Thread.sleep(10);
    }
    assertThat(ourThreads()).isEmpty();
  }

  private static List<String> ourThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("sandpiper-") && !name.contains("shutdown"))
        .toList();
  }
}
