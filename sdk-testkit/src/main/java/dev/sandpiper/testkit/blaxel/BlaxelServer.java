package dev.sandpiper.testkit.blaxel;

import dev.sandpiper.testkit.http.Connectors;
import dev.sandpiper.testkit.http.Endpoint;
import dev.sandpiper.testkit.http.JettyBridge;
import dev.sandpiper.testkit.http.Listening;
import dev.sandpiper.testkit.http.LoopbackOnly;
import dev.sandpiper.testkit.http.PortSwitch;
import dev.sandpiper.testkit.machine.Directories;
import dev.sandpiper.testkit.machine.Threads;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Blaxel on this machine: one port for the control plane, one for all sandboxes. */
public final class BlaxelServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(BlaxelServer.class);

  /** One thread a request, streams included; idle threads go after a minute. */
  private static final int MOST_THREADS = 8000;

  private static final String WORKSPACE = "local";
  private static final String SCRIPT = "first-process.pl";

  private final AccessTokens tokens = new AccessTokens();
  private final Listening listening;
  private final Threads threads = new Threads();
  private final Path root;
  private final Sandboxes sandboxes;
  private final Server jetty;
  private final ServerConnector controlPlane;
  private final ServerConnector gateway;
  private final AtomicBoolean closed = new AtomicBoolean();

  private BlaxelServer(BlaxelOptions options, Limits limits, Listening listening)
      throws IOException {
    this.listening = listening;
    root = Files.createTempDirectory("sandpiper-blaxel-").toRealPath();
    RunningSandbox.Host host =
        new RunningSandbox.Host(
            root, firstProcess(root), options.faults(), limits, options.wholeHost(), threads);
    QueuedThreadPool pool = new QueuedThreadPool(MOST_THREADS, 8);
    pool.setName(Threads.PREFIX + "blaxel-http");
    pool.setDaemon(true);
    jetty = new Server(pool);
    Connectors connectors = new Connectors(listening);
    controlPlane = connectors.addTo(jetty, options.controlPort());
    gateway = connectors.addTo(jetty, options.sandboxPort());
    sandboxes = new Sandboxes(host, WORKSPACE, this::sandboxUrl);
    jetty.setHandler(
        new PortSwitch(
            Map.of(
                controlPlane,
                bridge(new ControlPlane(tokens, WORKSPACE, options, sandboxes), options),
                gateway,
                bridge(new Gateway(tokens, WORKSPACE, sandboxes), options))));
  }

  private static JettyBridge bridge(Endpoint endpoint, BlaxelOptions options) {
    return new JettyBridge(new LoopbackOnly(endpoint, options.wideCors()));
  }

  /** Where the script is; null without perl. */
  private static @Nullable Path firstProcess(Path directory) throws IOException {
    if (!hasPerl()) {
      log.warn("no perl on this machine: signals reach no groups, deaths by them look like exits");
      return null;
    }
    Path script = directory.resolve(SCRIPT);
    try (InputStream source = BlaxelServer.class.getResourceAsStream(SCRIPT)) {
      if (source == null) throw new IOException(SCRIPT + " is missing from the test kit's jar");
      Files.copy(source, script);
    }
    return script;
  }

  private static boolean hasPerl() {
    try {
      Process perl =
          new ProcessBuilder("perl", "-MPOSIX", "-MConfig", "-MFcntl", "-e", "1").start();
      perl.getOutputStream().close();
      return perl.waitFor() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Starts on loopback, in the clear. */
  public static BlaxelServer start(BlaxelOptions options) throws IOException {
    return start(options, Limits.REAL, Listening.inTheClear());
  }

  /** Starts on loopback. */
  static BlaxelServer start(BlaxelOptions options, Limits limits, Listening listening)
      throws IOException {
    BlaxelServer server = new BlaxelServer(options, limits, listening);
    try {
      server.jetty.start();
      return server;
    } catch (Exception e) {
      server.close();
      throw new IOException("cannot listen on loopback: " + e.getMessage(), e);
    }
  }

  /** The variables by which a Blaxel client finds this server. */
  public Map<String, String> environment() {
    return Map.of(
        "BL_API_KEY",
        tokens.apiKey(),
        "BL_WORKSPACE",
        WORKSPACE,
        "BL_API_URL",
        url(controlPlane) + ControlPlane.BASE);
  }

  /** Where clients can have the output of commands lie, so that it goes with this server. */
  public Path outputDirectory() {
    return root.resolve("output");
  }

  /** What {@code BL_CLIENT_CREDENTIALS} may hold instead of the key. */
  String clientCredentials() {
    return tokens.clientCredentials();
  }

  private String sandboxUrl(String key) {
    return url(gateway) + "/" + key;
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
      throw new IllegalStateException("cannot stop the local Blaxel server", e);
    } finally {
      threads.close();
      Directories.delete(root);
    }
  }
}
