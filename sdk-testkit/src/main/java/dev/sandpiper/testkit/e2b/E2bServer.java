package dev.sandpiper.testkit.e2b;

import dev.sandpiper.testkit.http.Connectors;
import dev.sandpiper.testkit.http.Endpoint;
import dev.sandpiper.testkit.http.JettyBridge;
import dev.sandpiper.testkit.http.Listening;
import dev.sandpiper.testkit.http.LoopbackOnly;
import dev.sandpiper.testkit.http.PortSwitch;
import dev.sandpiper.testkit.machine.Directories;
import dev.sandpiper.testkit.machine.Secrets;
import dev.sandpiper.testkit.machine.Threads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * E2B on this machine: one port for the control plane, one for all sandboxes, and for clients in
 * debug mode the port of the daemon.
 */
public final class E2bServer implements AutoCloseable {
  /** One thread a request, streams included; idle threads go after a minute. */
  private static final int MOST_THREADS = 8000;

  private final String apiKey = Secrets.apiKey();
  private final Listening listening;
  private final Threads threads = new Threads();
  private final Path root;
  private final Sandboxes sandboxes;
  private final Server jetty;
  private final ServerConnector controlPlane;
  private final ServerConnector edge;
  private final AtomicBoolean closed = new AtomicBoolean();

  private E2bServer(ServerOptions options, Listening listening) throws IOException {
    this.listening = listening;
    root = Files.createTempDirectory("sandpiper-").toRealPath();
    sandboxes = new Sandboxes(options, root, threads);
    QueuedThreadPool pool = new QueuedThreadPool(MOST_THREADS, 8);
    pool.setName(Threads.PREFIX + "http");
    pool.setDaemon(true);
    jetty = new Server(pool);
    Connectors connectors = new Connectors(listening);
    controlPlane = connectors.addTo(jetty, options.controlPort());
    edge = connectors.addTo(jetty, options.sandboxPort());
    Map<ServerConnector, Endpoint> endpoints = new LinkedHashMap<>();
    Edge data = new Edge(sandboxes);
    endpoints.put(controlPlane, new ControlPlane(apiKey, sandboxes));
    endpoints.put(edge, data);
    if (options.debugClients()) {
      endpoints.put(connectors.addTo(jetty, Envd.PORT), new DebugEdge(data));
    }
    Map<ServerConnector, JettyBridge> bridges = new LinkedHashMap<>();
    endpoints.forEach(
        (connector, endpoint) ->
            bridges.put(
                connector, new JettyBridge(new LoopbackOnly(endpoint, options.wideCors()))));
    jetty.setHandler(new PortSwitch(bridges));
  }

  /** Starts on loopback, in the clear. */
  public static E2bServer start(ServerOptions options) throws IOException {
    return start(options, Listening.inTheClear());
  }

  /** Starts on loopback. */
  public static E2bServer start(ServerOptions options, Listening listening) throws IOException {
    E2bServer server = new E2bServer(options, listening);
    try {
      server.jetty.start();
      // Not before the port is known to be ours: its sandbox has the same name on every server.
      if (options.debugClients()) server.sandboxes.createForDebugClients();
      return server;
    } catch (Exception e) {
      server.close();
      throw new IOException("cannot listen on loopback: " + e.getMessage(), e);
    }
  }

  /** The variables by which an E2B client finds this server. */
  public Map<String, String> environment() {
    return Map.of(
        "E2B_API_KEY", apiKey,
        "E2B_API_URL", url(controlPlane),
        "E2B_SANDBOX_URL", url(edge));
  }

  private String url(ServerConnector connector) {
    return listening.scheme() + "://127.0.0.1:" + connector.getLocalPort();
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) return;
    sandboxes.close();
    try {
      jetty.stop();
    } catch (Exception e) {
      throw new IllegalStateException("cannot stop the local E2B server", e);
    } finally {
      threads.close();
      Directories.delete(root);
    }
  }
}
