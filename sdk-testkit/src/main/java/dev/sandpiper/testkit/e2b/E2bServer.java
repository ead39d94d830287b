package dev.sandpiper.testkit.e2b;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** E2B on this machine: one port for the control plane, one for all sandboxes. */
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

  private E2bServer(Set<String> templates, Listening listening) throws IOException {
    this.listening = listening;
    root = Files.createTempDirectory("sandpiper-").toRealPath();
    sandboxes = new Sandboxes(Templates.of(templates), root, threads);
    QueuedThreadPool pool = new QueuedThreadPool(MOST_THREADS, 8);
    pool.setName(Threads.PREFIX + "http");
    pool.setDaemon(true);
    jetty = new Server(pool);
    Connectors connectors = new Connectors(listening);
    controlPlane = connectors.addTo(jetty);
    edge = connectors.addTo(jetty);
    Endpoint control = new LoopbackOnly(new ControlPlane(apiKey, sandboxes));
    Endpoint data = new LoopbackOnly(new Edge(sandboxes));
    jetty.setHandler(new PortSwitch(controlPlane, new JettyBridge(control), new JettyBridge(data)));
  }

  /** Starts on two free ports of loopback. */
  public static E2bServer start(Set<String> templates) throws IOException {
    return start(templates, Listening.inTheClear());
  }

  /** Starts on two free ports of loopback. */
  public static E2bServer start(Set<String> templates, Listening listening) throws IOException {
    E2bServer server = new E2bServer(templates, listening);
    try {
      server.jetty.start();
      return server;
    } catch (Exception e) {
      server.close();
      throw new IOException("cannot listen on loopback", e);
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
