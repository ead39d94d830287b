package dev.sandpiper.testkit.e2b;

import dev.sandpiper.testkit.e2b.control.ControlPlane;
import dev.sandpiper.testkit.e2b.envd.Envd;
import dev.sandpiper.testkit.e2b.sandbox.Sandboxes;
import dev.sandpiper.testkit.e2b.sandbox.ServerOptions;
import dev.sandpiper.testkit.http.Listening;
import dev.sandpiper.testkit.http.LoopbackServer;
import dev.sandpiper.testkit.machine.Directories;
import dev.sandpiper.testkit.machine.Secrets;
import dev.sandpiper.testkit.machine.ServerThreads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * E2B on this machine: one port for the control plane, one for all sandboxes, and for clients in
 * debug mode the port of the daemon.
 */
public final class E2bServer implements AutoCloseable {
  private final String apiKey = Secrets.apiKey();
  private final ServerThreads threads = new ServerThreads();
  private final Path root;
  private final Sandboxes sandboxes;
  private final LoopbackServer server;
  private final LoopbackServer.Port controlPlane;
  private final LoopbackServer.Port edge;
  private final AtomicBoolean closed = new AtomicBoolean();

  private E2bServer(ServerOptions options, Listening listening) throws IOException {
    root = Files.createTempDirectory("sandpiper-").toRealPath();
    sandboxes = new Sandboxes(options, root, threads);
    server = new LoopbackServer("http", listening);
    Edge data = new Edge(sandboxes);
    controlPlane =
        server.serve(
            options.controlPort(),
            new ControlPlane(apiKey, sandboxes, threads),
            options.wideCors());
    edge = server.serve(options.sandboxPort(), data, options.wideCors());
    if (options.debugClients()) {
      LoopbackServer.Port unused = server.serve(Envd.PORT, data::handleDebug, options.wideCors());
    }
  }

  /** Starts on loopback, without TLS. */
  public static E2bServer start(ServerOptions options) throws IOException {
    return start(options, Listening.inTheClear());
  }

  /** Starts on loopback. */
  public static E2bServer start(ServerOptions options, Listening listening) throws IOException {
    E2bServer server = new E2bServer(options, listening);
    try {
      server.server.start();
      // Only after the port was bound, because its sandbox has the same name on every server.
      if (options.debugClients()) server.sandboxes.createForDebugClients();
      return server;
    } catch (IOException e) {
      server.close();
      throw e;
    }
  }

  /** The environment variables for an E2B client of this server. */
  public Map<String, String> environment() {
    return Map.of(
        "E2B_API_KEY", apiKey,
        "E2B_API_URL", controlPlane.url(),
        "E2B_SANDBOX_URL", edge.url());
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) return;
    sandboxes.close();
    try {
      server.stop();
    } finally {
      threads.close();
      Directories.delete(root);
    }
  }
}
