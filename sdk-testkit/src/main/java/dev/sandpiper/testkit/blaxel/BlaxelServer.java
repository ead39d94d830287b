package dev.sandpiper.testkit.blaxel;

import dev.sandpiper.testkit.blaxel.process.FirstProcess;
import dev.sandpiper.testkit.blaxel.process.Limits;
import dev.sandpiper.testkit.http.Listening;
import dev.sandpiper.testkit.http.LoopbackServer;
import dev.sandpiper.testkit.machine.Directories;
import dev.sandpiper.testkit.machine.ServerThreads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** Blaxel on this machine: one port for the control plane, one for all sandboxes. */
public final class BlaxelServer implements AutoCloseable {

  private static final String WORKSPACE = "local";

  private final AccessTokens tokens = new AccessTokens();
  private final ServerThreads threads = new ServerThreads();
  private final Path root;
  private final Sandboxes sandboxes;
  private final LoopbackServer server;
  private final LoopbackServer.Port controlPlane;
  private final LoopbackServer.Port gateway;
  private final AtomicBoolean closed = new AtomicBoolean();

  private BlaxelServer(BlaxelOptions options, Limits limits, Listening listening)
      throws IOException {
    root = Files.createTempDirectory("sandpiper-blaxel-").toRealPath();
    RunningSandbox.Host host =
        new RunningSandbox.Host(
            root,
            FirstProcess.script(root),
            options.faults(),
            limits,
            options.wholeHost(),
            threads);
    sandboxes = new Sandboxes(host, WORKSPACE, this::sandboxUrl);
    server = new LoopbackServer("blaxel-http", listening);
    controlPlane =
        server.serve(
            options.controlPort(),
            new ControlPlane(tokens, WORKSPACE, options, sandboxes),
            options.wideCors());
    Gateway data = new Gateway(tokens, WORKSPACE, sandboxes);
    gateway = server.serve(options.sandboxPort(), data, options.wideCors());
    if (options.debugPort() != null) {
      // Without a token it rejects other origins, even with wide CORS.
      LoopbackServer.Port unused = server.serve(options.debugPort(), data::handleDebug, false);
    }
  }

  /** Starts on loopback, without TLS. */
  public static BlaxelServer start(BlaxelOptions options) throws IOException {
    return start(options, Limits.REAL, Listening.inTheClear());
  }

  /** Starts on loopback. */
  static BlaxelServer start(BlaxelOptions options, Limits limits, Listening listening)
      throws IOException {
    BlaxelServer server = new BlaxelServer(options, limits, listening);
    try {
      server.server.start();
      if (options.debugPort() != null) {
        // Created from the first of the images, or the standard one.
        String image = options.images().stream().sorted().findFirst().orElse(null);
        Definition definition = Definition.standard(image).named(Gateway.DEBUG_SANDBOX);
        SandboxRecord unused = server.sandboxes.create(definition, false);
      }
      return server;
    } catch (IOException e) {
      server.close();
      throw e;
    }
  }

  /** The environment variables for a Blaxel client of this server. */
  public Map<String, String> environment() {
    return Map.of(
        "BL_API_KEY",
        tokens.apiKey(),
        "BL_WORKSPACE",
        WORKSPACE,
        "BL_API_URL",
        controlPlane.url() + ControlPlane.BASE);
  }

  /** A directory that clients can use for the output of commands, deleted with this server. */
  public Path outputDirectory() {
    return root.resolve("output");
  }

  /** A value for {@code BL_CLIENT_CREDENTIALS}, as an alternative to the key. */
  String clientCredentials() {
    return tokens.clientCredentials();
  }

  private String sandboxUrl(String key) {
    return gateway.url() + "/" + key;
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
