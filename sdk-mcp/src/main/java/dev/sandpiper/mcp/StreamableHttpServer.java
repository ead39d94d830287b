package dev.sandpiper.mcp;

import static java.util.Objects.requireNonNull;

import com.sun.net.httpserver.HttpServer;
import dev.sandpiper.agent.SandboxTools;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Serves the tools of a sandbox: MCP over streamable HTTP, at {@code /mcp}. All clients share the
 * one sandbox. Each request gets a single JSON response; there is no event stream, because this
 * server sends no messages of its own.
 *
 * <p>On a loopback address it accepts only requests whose {@code Host} is loopback, and on any
 * address it rejects requests from web pages of another origin, so that no page can reach it, not
 * even by DNS rebinding.
 */
public final class StreamableHttpServer implements AutoCloseable {
  private static final int MOST_REQUESTS = 64;

  private final HttpServer server;
  private final ThreadPoolExecutor threads;
  private final Protocol protocol;

  private StreamableHttpServer(HttpServer server, ThreadPoolExecutor threads, Protocol protocol) {
    this.server = server;
    this.threads = threads;
    this.protocol = protocol;
  }

  /**
   * Serves until it is closed. The caller closes the tools after it.
   *
   * @param address the address to listen on; port 0 is any free one
   * @param token the token that each request must have as {@code Authorization: Bearer}; empty for
   *     no authorization
   * @throws IllegalArgumentException if the address is not loopback and there is no token, or if
   *     the token is an empty text
   * @throws IOException if it cannot listen there
   */
  public static StreamableHttpServer start(
      SandboxTools tools, InetSocketAddress address, Optional<String> token) throws IOException {
    boolean loopback = requireNonNull(address, "address").getAddress().isLoopbackAddress();
    if (token.isEmpty() && !loopback) {
      throw new IllegalArgumentException(
          "Serving MCP at "
              + address
              + " needs a token: the address is not of this machine alone.");
    }
    Protocol protocol = Protocol.of(requireNonNull(tools, "tools"));
    HttpServer server = HttpServer.create(address, 0);
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            0,
            MOST_REQUESTS,
            30,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            StreamableHttpServer::daemon);
    server.setExecutor(threads);
    server.createContext("/", new HttpMessages(protocol, new Admission(loopback, token)));
    server.start();
    return new StreamableHttpServer(server, threads, protocol);
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "sandpiper-mcp-http");
    thread.setDaemon(true);
    return thread;
  }

  /** The URL for clients, such as {@code http://127.0.0.1:8080/mcp}. */
  public URI address() {
    InetSocketAddress bound = server.getAddress();
    String host = bound.getAddress().getHostAddress();
    String written = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    return URI.create("http://" + written + ":" + bound.getPort() + HttpMessages.PATH);
  }

  /** Cancels the running calls, and closes all connections. Idempotent. */
  @Override
  public void close() {
    protocol.close();
    server.stop(0);
    threads.shutdown();
  }
}
